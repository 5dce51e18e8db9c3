"""Admissions lock jobs before cameras, and cameras before images, so that none waits in a circle with another.

One that does in spite of it is made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from PIL import Image as Picture

from tests.imaging.pictures import encoded, scene
from tests.ingest.conftest import Admit, Put, small_jpeg
from tests.ingest.test_xmp import packet
from tests.patience import until
from thumper.domain.progress import FileState
from thumper.store.files import incomplete, receipts
from thumper.store.models import Camera, Dump, Image, Job, Location
from thumper.store.postgres.connect import client

WHOLE = encoded(scene(640, 480), quality=90)
UNTIMED = small_jpeg(70)
SIDECAR = packet('photoshop:DateCreated="2024-11-09T06:30:00"')


def photo(number: int, *, serial: str) -> bytes:
    exif = Picture.Exif()
    exif[0x010F], exif[0x0110] = "RECONYX", "HP2X"
    exif.get_ifd(0x8769).update({0x9003: f"2024:07:01 06:00:{number:02}", 0xA431: serial})
    return small_jpeg(number, exif=exif)


FIRST, SECOND = photo(1, serial="H1"), photo(2, serial="H2")


@pytest_asyncio.fixture
async def other(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Yield another connection, within a transaction."""
    connection = await asyncpg.connect(database)
    await connection.execute("BEGIN")
    yield connection
    await connection.close()


async def waits() -> bool:
    rows = await client().execute_query_dict(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(rows)


async def dropped(put: Put, admit_names: Admit, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        put(name, content)
    assert FileState.SEEN not in {outcome.state for outcome in (await admit_names(*files)).values()}


async def test_photos_that_take_a_place_or_a_time_are_locked_after_their_cameras(
    put: Put, admit_names: Admit, other: asyncpg.Connection
) -> None:
    await dropped(put, admit_names, {"DCIM/1.jpg": FIRST, "DCIM/7.jpg": UNTIMED})
    await other.execute("SELECT FROM camera FOR NO KEY UPDATE")
    again = {"Elm/1.jpg": FIRST, "DCIM/7.xmp": SIDECAR}
    admitting = asyncio.create_task(dropped(put, admit_names, again))
    await until(waits, timeout_s=10)
    await other.execute("SELECT FROM image FOR NO KEY UPDATE NOWAIT")
    await other.execute("COMMIT")
    await admitting
    elm = await Location.get()
    assert (await Image.get(location_id=elm.id)).file_name == "1.jpg"
    assert (await Image.get(location_id=None)).taken_at is not None


async def test_cameras_of_new_and_of_known_photos_are_locked_at_once(
    put: Put, admit_names: Admit, other: asyncpg.Connection
) -> None:
    await dropped(put, admit_names, {"DCIM/1.jpg": FIRST})
    await dropped(put, admit_names, {"DCIM/2.jpg": SECOND})
    low, high = await Camera.all().order_by("id")
    await other.execute("SELECT FROM camera WHERE id = $1 FOR NO KEY UPDATE", low.id)
    chunk = {"Elm/1.jpg": FIRST, "Elm/9.jpg": photo(9, serial=high.serial)}
    admitting = asyncio.create_task(dropped(put, admit_names, chunk))
    await until(waits, timeout_s=10)
    await other.execute("SELECT FROM camera FOR NO KEY UPDATE NOWAIT")
    await other.execute("COMMIT")
    await admitting
    assert low.serial == "H1", "the known photo is of the camera that comes first"
    assert await Image.filter(location_id=None).count() == 1


async def test_jobs_of_incomplete_photos_are_locked_before_any_image(
    put: Put, admit_names: Admit, other: asyncpg.Connection
) -> None:
    await dropped(put, admit_names, {"DCIM/1.jpg": FIRST, "Elm/a.jpg": WHOLE[: len(WHOLE) // 2]})
    await other.execute("SELECT FROM job FOR UPDATE")
    chunk = {"Elm/a.jpg": WHOLE, "Elm/1.jpg": FIRST}
    admitting = asyncio.create_task(dropped(put, admit_names, chunk))
    await until(waits, timeout_s=10)
    await other.execute("SELECT FROM image FOR NO KEY UPDATE NOWAIT")
    await other.execute("COMMIT")
    await admitting
    assert await Image.filter(location_id=None).count() == 0
    assert await Image.all().count() == 2


async def test_an_admission_that_lost_a_deadlock_is_made_again(
    put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, lost = incomplete.replace, [asyncpg.DeadlockDetectedError("deadlock detected")]

    async def lose(*values: Any, **options: Any) -> Any:
        done = await replace(*values, **options)
        if lost:
            raise lost.pop()
        return done

    monkeypatch.setattr(incomplete, "replace", lose)
    await dropped(put, admit_names, {"Elm/1.jpg": FIRST, "Elm/2.jpg": FIRST})
    assert not lost
    dump = await Dump.get()
    counts = (await receipts.of_dumps([dump.id]))[dump.id]
    assert (counts.found, counts.stored, counts.duplicate) == (2, 1, 1)
    assert await Image.all().count() == await Job.all().count() == 1
