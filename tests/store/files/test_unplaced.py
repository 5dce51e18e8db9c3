"""Images without a location: how many, of which cameras, and which places are proposed for them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from tests import factories as make
from thumper.domain.place_proposal import PlaceReason
from thumper.domain.progress import FileState
from thumper.store import models
from thumper.store.files import unplaced
from thumper.store.files.unplaced import KnownBefore
from thumper.store.models import Camera, Dump, Location

Proposed = list[tuple[str, bool, tuple[PlaceReason, ...]]]


async def stay(camera: Camera, location: Location, *, ended: bool = False) -> None:
    await models.Deployment.create(
        camera=camera, location=location, ended_at=dt.datetime.now(dt.UTC) if ended else None
    )


async def proposed(dump: Dump) -> list[tuple[UUID | None, int, Proposed]]:
    """Return camera, photos and proposals of a dump: the name, whether there is such a location, and why."""
    return [
        (
            own.camera_id,
            own.images,
            [(place.name, place.location_id is not None, place.reasons) for place in own.proposals],
        )
        for own in (await unplaced.cameras([dump.id]))[dump.id]
    ]


async def test_a_home_unit_that_collects_several_cameras_is_proposed_camera_by_camera(database: str) -> None:
    barn, creek = await make.make_location("Barn Feed"), await make.make_location("Creek")
    named, moved, alike = [
        await make.make_camera(**who)
        for who in ({"name": "BARN FEED"}, {"serial": "H1"}, {"model": "BTC-8E"})
    ]
    await stay(moved, barn, ended=True)
    await stay(moved, creek)
    await stay(alike, creek)  # it may be another one of the same model
    dump = await make.make_dump(folder=b"DCIM")
    for camera, photos in ((named, 3), (moved, 2), (alike, 1)):
        await make.make_images(dump, photos, camera=camera)
    await make.make_images(dump, 4, camera=moved, location=creek)
    await make.make_images(dump, 5)
    assert await proposed(dump) == [
        (None, 5, []),
        (named.id, 3, [("Barn Feed", True, (PlaceReason.CAMERA_NAME,))]),
        (moved.id, 2, [("Creek", True, (PlaceReason.LAST_PLACE,))]),
        (alike.id, 1, []),
    ]
    other = await make.make_dump()
    assert await unplaced.counts([dump.id, other.id]) == {dump.id: 11, other.id: 0}
    assert (await unplaced.cameras([other.id]))[other.id] == []


async def test_name_and_last_place_of_a_camera_that_do_not_agree_are_both_proposed(database: str) -> None:
    creek = await make.make_location("Creek")
    camera = await make.make_camera(name="BARN FEED")
    await stay(camera, creek, ended=True)
    dump = await make.make_dump(folder=b"DCIM")
    await make.make_images(dump, 2, camera=camera)
    ((_, _, found),) = await proposed(dump)
    assert found == [
        ("BARN FEED", False, (PlaceReason.CAMERA_NAME,)),
        ("Creek", True, (PlaceReason.LAST_PLACE,)),
    ]


async def test_what_a_folder_may_have_meant_that_made_no_location_is_proposed(database: str) -> None:
    await make.make_location("Oak Stand")
    for folder, name, known in (
        (b"2026-11-30 oak stand", "Oak Stand", True),
        (b"100ACRES", "100ACRES", False),
    ):
        dump = await make.make_dump(folder=folder)
        await make.make_image(dump)
        assert await proposed(dump) == [(None, 1, [(name, known, (PlaceReason.FOLDER_NAME,))])]
    for folder in (b"DCIM", b"100MEDIA", b"2026-11-30", b""):
        dump = await make.make_dump(folder=folder)
        await make.make_image(dump)
        assert await proposed(dump) == [(None, 1, [])]


async def test_no_more_cameras_are_listed_than_can_be_read_and_the_largest_are(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unplaced, "MOST_CAMERAS", 2)
    dump = await make.make_dump(folder=b"DCIM")
    for number in (1, 3, 2):
        await make.make_images(dump, number, camera=await make.make_camera())
    assert [own.images for own in (await unplaced.cameras([dump.id]))[dump.id]] == [3, 2]


async def test_duplicates_that_took_the_place_are_told_from_those_that_are_from_elsewhere(
    database: str,
) -> None:
    oak, creek = await make.make_location(), await make.make_location()
    first, again = await make.make_dump(), await make.make_dump(oak)
    for location, placed in ((oak, True), (oak, False), (creek, False), (creek, True), (None, False)):
        image = await make.make_image(first, location=location)
        await make.make_file(again, FileState.DUPLICATE, image=image, placed=placed)
    # One of those that took the place was moved to another one since.
    assert await unplaced.known_before([again.id]) == {again.id: KnownBefore(placed=1, elsewhere=2)}
    assert await unplaced.known_before([first.id]) == {}


async def test_a_name_that_may_be_a_slip_is_asked_about_with_the_first_dump_from_there(database: str) -> None:
    oak, slip, creek = [await make.make_location(name) for name in ("Oak Stand", "Oak Stnd", "Creek 2")]
    dumps = [await make.make_dump(place) for place in (oak, slip, creek, slip)]
    asked = await unplaced.mistyped([dump.id for dump in dumps])
    assert [asked.get(dump.id) for dump in dumps] == [[], [oak.id], [], None]
    await models.Location.filter(id=slip.id).update(merged_into_id=oak.id)
    assert (await unplaced.mistyped([dumps[1].id]))[dumps[1].id] == []
