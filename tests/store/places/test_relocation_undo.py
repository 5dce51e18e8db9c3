"""Whatever is moved and merged, in whatever order cameras and repairs came: undoing it leaves no trace."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

import pytest

from tests import factories as make
from tests.clocks import ZONE
from tests.places import check, deliver, everything
from thumper.domain.place_claim import PlaceClaim
from thumper.store import models
from thumper.store.places import relocation_undo, relocations
from thumper.store.postgres.connect import client
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope, ImageScope, Recomputation


async def make_ranch(chance: random.Random) -> None:
    """Deliver cards of cameras of both kinds to places in several zones, some without place, and repair clocks."""
    places: list[models.Location | None] = [
        None,
        *[await make.make_location(time_zone=zone) for zone in (None, "America/Denver", "America/New_York")],
    ]
    cameras = [await make.make_camera(serial=serial) for serial in ("S1", "S2", "")]
    for _ in range(7):
        place = chance.choice(places)
        dump = await make.make_dump(place)
        for camera in chance.sample([*cameras, None], 2):
            await deliver(dump, camera, at=place, photos=2)
        if chance.random() < 0.3:
            await repair(FixScope("dump_id", dump.id), chance)
    for stay in await models.Deployment.all():
        if chance.random() < 0.3:
            await repair(FixScope("deployment_id", stay.id), chance)


async def repair(scope: FixScope, chance: random.Random) -> None:
    wanted = Repair(scope=scope, offset_s=chance.randint(-9000, 9000))
    fix_id, _ = await clock_fixes.make(wanted, server_zone=ZONE)
    if chance.random() < 0.3:
        await clock_fixes.undo(fix_id, server_zone=ZONE)


async def change(chance: random.Random) -> UUID:
    places = await models.Location.filter(merged_into_id=None)
    if chance.random() < 0.4 and len(places) > 1:
        merged, into = chance.sample(places, 2)
        return (await relocations.merge(merged.id, into.id, server_zone=ZONE))[0]
    dumps, images = await models.Dump.all(), await models.Image.all()
    abouts: list[dict[str, Any]] = [
        {"dump_id": chance.choice(dumps).id},
        {"image_ids": tuple(image.id for image in chance.sample(images, 5))},
    ]
    abouts += [{"deployment_id": stay.id} for stay in await models.Deployment.all()]
    about = chance.choice(abouts)
    where: dict[str, Any] = {"nowhere": True}
    if chance.random() < 0.8:
        where = {"location_id": chance.choice(places).id}
    claim = PlaceClaim(**about, **where)
    return (await relocations.set_place(claim, server_zone=ZONE))[0]


@pytest.mark.parametrize("seed", range(3))
async def test_changes_taken_back_from_the_last_to_the_first_leave_no_trace(database: str, seed: int) -> None:
    chance = random.Random(seed)
    await make_ranch(chance)
    await check()
    done = []
    for _ in range(5):
        before = await everything()
        done.append((await change(chance), before))
        await check()
    for relocation_id, before in reversed(done):
        await relocation_undo.undo(relocation_id, server_zone=ZONE)
        assert await everything() == before


@pytest.mark.parametrize("seed", range(3, 6))
async def test_whatever_arrives_between_a_change_and_its_undoing_all_stays_true(
    database: str, seed: int
) -> None:
    chance = random.Random(seed)
    await make_ranch(chance)
    own = {image.id: (image.location_id, image.taken_at) for image in await models.Image.all()}
    relocation_id = await change(chance)
    here = await models.Location.filter(merged_into_id=None)
    for camera in await models.Camera.all():
        place = chance.choice(here)
        await deliver(await make.make_dump(place), camera, at=place)
    newer = {image.id: image.location_id for image in await models.Image.all() if image.id not in own}
    # As repairs have it for photos that are taken in.
    await Recomputation(scope=ImageScope(list(newer)), server_zone=ZONE).write(client())
    await relocation_undo.undo(relocation_id, server_zone=ZONE)
    await check()
    found = {image.id: image for image in await models.Image.all()}
    assert {key: (found[key].location_id, found[key].taken_at) for key in own} == own
    assert {key: found[key].location_id for key in newer} == newer
