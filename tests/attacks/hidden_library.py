"""A library with much that guests may not know, and its twin, in which none of that is or ever was so.

The twin is a copy with the same ids. What a guest may not see is gone from it, and what is kept from them of the rest
is something else. So a guest who can tell the two apart has found something out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import asyncpg

from tests.databases import administer
from tests.factories import (
    decide,
    make_camera,
    make_deer,
    make_detection,
    make_detector,
    make_dump,
    make_file,
    make_image,
    make_job,
    make_location,
    make_run,
)
from thumper.domain.identity import IdentityVerdict
from thumper.domain.progress import FileState
from thumper.store import models
from thumper.store.postgres.connect import client, open_database

NOW: Final = dt.datetime.now(dt.UTC).replace(microsecond=0)
OLD: Final = NOW - dt.timedelta(days=90)
FRESH: Final = NOW - dt.timedelta(hours=47)
EXACT: Final = (30.267213, -97.743157)
SECRET: Final = "Zzyzx"
"""In every text that no guest may read."""


_Shot: TypeAlias = tuple[str, models.Location | None, models.Camera | None, dt.datetime | None, dt.datetime]


@dataclass(slots=True)
class Library:
    """What was made, and what a guest may not see of it, by table."""

    images: dict[str, models.Image] = field(default_factory=dict)
    hidden: dict[str, list[Any]] = field(default_factory=dict)

    def hide(self, *rows: Any) -> None:
        for row in rows:
            self.hidden.setdefault(type(row)._meta.db_table, []).append(row.id)


async def build(url: str) -> Library:
    """Fill an empty database."""
    async with open_database(url, pool_size=5):
        library = Library()
        await _fill(library)
    return library


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranch:
    """Places and cameras: `creek` and `ridge` are shared; `both` hung at a place of either kind."""

    creek: models.Location
    ridge: models.Location
    stand: models.Location
    feeder: models.Location
    both: models.Camera
    creeks: models.Camera
    stands: models.Camera
    freshs: models.Camera
    stays: dict[tuple[Any, Any], models.Deployment] = field(default_factory=dict)
    cards: dict[Any, models.Dump] = field(default_factory=dict)


async def _fill(library: Library) -> None:
    ranch = await _settle(library)
    await _hang(library, ranch)
    for place in (ranch.creek, ranch.ridge, ranch.stand, ranch.feeder):
        ranch.cards[place.id] = await make_dump(place)
    detector = await make_detector()
    for shots, may in ((_seen(ranch), True), (_unseen(ranch), False)):
        for name, *shot in shots:
            await _take(library, ranch, name, shot)
            await _look(library, library.images[name], detector, may=may)
            if not may:
                library.hide(library.images[name])
    await _know_deer(library)


async def _settle(library: Library) -> _Ranch:
    latitude, longitude = EXACT
    placed: dict[str, Any] = {"latitude": latitude, "longitude": longitude, "description": SECRET}
    creek = await make_location("Creek", shared=True, **placed)
    stand, feeder = await make_location(f"{SECRET} stand", **placed), await make_location(f"{SECRET} feeder")
    both, creeks, stands, freshs = [
        await make_camera(make="BROWNING", model=f"BTC-{number}", serial=f"{SECRET}{number}", name=SECRET)
        for number in range(4)
    ]
    library.hide(stand, feeder, stands, freshs)
    library.hide(await make_location(f"{SECRET} merged", shared=True, merged_into_id=creek.id))
    return _Ranch(
        creek=creek,
        ridge=await make_location("Ridge", shared=True, time_zone="America/Denver"),
        stand=stand,
        feeder=feeder,
        both=both,
        creeks=creeks,
        stands=stands,
        freshs=freshs,
    )


async def _hang(library: Library, ranch: _Ranch) -> None:
    hung: list[tuple[models.Camera, models.Location, dict[str, Any], bool]] = [
        (ranch.both, ranch.creek, {"ended_at": NOW}, True),
        (ranch.both, ranch.stand, {}, False),
        (ranch.creeks, ranch.creek, {"ended_at": FRESH}, True),
        (ranch.stands, ranch.stand, {}, False),
        (ranch.freshs, ranch.ridge, {}, False),
    ]
    for camera, place, more, may in hung:
        stay = await models.Deployment.create(camera=camera, location=place, **more)
        ranch.stays[camera.id, place.id] = stay
        if not may:
            library.hide(stay)


def _seen(ranch: _Ranch) -> list[_Shot]:
    """Return the photos that guests may see: name, place, camera, capture time and arrival."""
    creek, ridge, late = ranch.creek, ranch.ridge, NOW - dt.timedelta(hours=48, minutes=10)
    return [
        ("seen", creek, ranch.creeks, OLD, OLD),
        ("seen of both", creek, ranch.both, OLD + dt.timedelta(hours=1), OLD),
        ("seen in a burst", creek, ranch.creeks, OLD, OLD),
        ("seen without a time", creek, ranch.creeks, None, OLD),
        ("seen just", ridge, None, NOW - dt.timedelta(hours=49), late),
        ("seen without a camera", ridge, None, OLD - dt.timedelta(days=365), OLD),
    ]


def _unseen(ranch: _Ranch) -> list[_Shot]:
    """Return the photos that guests may not see."""
    creek, ridge, stand, earlier = ranch.creek, ranch.ridge, ranch.stand, OLD - dt.timedelta(days=9)
    return [
        ("taken lately", creek, ranch.creeks, FRESH, OLD),
        ("arrived lately", creek, ranch.both, OLD, FRESH),
        ("arrived lately without a time", creek, ranch.creeks, None, FRESH),
        ("taken tomorrow", ridge, None, NOW + dt.timedelta(days=1), OLD),
        ("of a fresh camera", ridge, ranch.freshs, OLD, FRESH),
        ("hidden", stand, ranch.stands, OLD, OLD),
        ("hidden of both", stand, ranch.both, earlier, earlier),
        ("hidden at the feeder", ranch.feeder, None, OLD, OLD),
        ("nowhere", None, None, OLD, OLD),
    ]


async def _take(library: Library, ranch: _Ranch, name: str, shot: Sequence[Any]) -> None:
    place, camera, taken, arrived = shot
    hangs = place is not None and camera is not None
    latitude, longitude = EXACT
    library.images[name] = await make_image(
        ranch.cards[ranch.creek.id if place is None else place.id],
        taken_at=taken,
        location=place,
        camera=camera,
        deployment=ranch.stays[camera.id, place.id] if hangs else None,
        created_at=arrived,
        file_name=f"{SECRET}_{name}.JPG",
        original_path=f"/{SECRET}/{name}.jpg".encode(),
        sort_name=f"{SECRET}\t{name}",
        latitude=latitude,
        longitude=longitude,
        exif={"user_comment": SECRET},
        battery_percent=42,
        taken_local=OLD.replace(tzinfo=None),
        clock_source="exif_original",
    )


async def _look(library: Library, image: models.Image, detector: models.Detector, *, may: bool) -> None:
    """Have an image detected, reviewed, marked and delivered."""
    await make_job(image, detector)
    run = await make_run(image, detector)
    boxes = [await make_detection(run, confidence=0.9 if may else 0.95) for _ in range(2)]
    word: dict[str, Any] = {"actor": SECRET, "note": SECRET}
    review = await models.Review.create(detection=boxes[0], verdict="confirmed", **word)
    mark = await models.Mark.create(image=image, kind="tag", text=SECRET, actor=SECRET)
    dump = await models.Dump.get(id=image.dump_id)
    kept = await make_file(dump, FileState.STORED, image=image, display_path=f"{SECRET}/{image.file_name}")
    library.hide(mark, kept)
    if not may:
        library.hide(run, *boxes, review)


async def _know_deer(library: Library) -> None:
    deer = {
        name: await make_deer(name, notes=SECRET)
        for name in ("Gus", "Hank", f"{SECRET} hidden", f"{SECRET} never seen")
    }
    gus, hank, hidden, never = deer.values()
    library.hide(hidden, never)
    seen = (
        ("seen", gus, True),
        ("seen of both", gus, True),
        ("hidden", gus, False),
        ("taken lately", gus, False),
        ("seen in a burst", hank, True),
        ("hidden of both", hank, False),
        ("hidden at the feeder", hidden, False),
        ("arrived lately", hidden, False),
    )
    for name, whom, may in seen:
        box = await models.Detection.filter(image_id=library.images[name].id).order_by("ordinal").first()
        assert box is not None
        decision = await decide(box, whom)
        sighting = await models.Sighting.get(detection_id=box.id)
        if not may:
            library.hide(sighting, decision)
    other = await models.Detection.filter(image_id=library.images["seen"].id).order_by("-ordinal").first()
    assert other is not None
    library.hide(await decide(other, hidden, IdentityVerdict.IS_NOT))
    library.hide(
        await models.Species.create(scientific_name=f"{SECRET} secretus", origin="person", actor=SECRET)
    )
    await client().execute_script(
        f"UPDATE sighting SET actor = '{SECRET}'; UPDATE identity_decision SET actor = '{SECRET}', note = '{SECRET}'"
    )


_CAMERAS_OWN: Final = """
UPDATE image SET sha256 = sha256(sha256), file_name = 'a', original_path = 'b', sort_name = reverse(sort_name),
    latitude = latitude + 0.01, longitude = longitude + 0.01, exif = '{}', battery_percent = 7,
    taken_local = taken_local + interval '5 seconds'
"""
_OTHERWISE: Final = (
    _CAMERAS_OWN,
    "UPDATE location SET latitude = latitude + 0.01, longitude = longitude + 0.01, description = 'c'",
    "UPDATE camera SET serial = 'd' || model, name = '', created_at = now()",
    "UPDATE deployment SET created_at = now(), ended_at = NULL",
    "UPDATE deer SET notes = ''",
    "UPDATE review SET actor = 'e', note = ''",
    "UPDATE sighting SET actor = 'f'",
    "UPDATE identity_decision SET actor = 'g', note = 'h'",
    "DELETE FROM job",
)
"""What is kept from guests of what they may see, and how it is in the twin."""


async def make_twin(url: str, library: Library, *, name: str) -> str:
    """Copy a library, to which no client is connected; return the URL of the copy without what guests may not know."""
    parts = urlsplit(url)
    await administer(
        parts._replace(path="/postgres").geturl(),
        f'CREATE DATABASE "{name}" TEMPLATE "{parts.path.removeprefix("/")}"',
    )
    twin = parts._replace(path=f"/{name}").geturl()
    connection = await asyncpg.connect(twin)
    try:
        await connection.execute(
            "SET session_replication_role = replica"
        )  # neither triggers nor foreign keys
        for table, ids in library.hidden.items():
            gone = await connection.execute(f"DELETE FROM {table} WHERE id = ANY($1)", ids)
            assert gone == f"DELETE {len(set(ids))}", table
        for statement in _OTHERWISE:
            await connection.execute(statement)
    finally:
        await connection.close()
    return twin
