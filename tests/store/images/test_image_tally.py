"""The tally is the number of images, and of those without a location, in every snapshot."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.pipeline import store_images
from thumper.store.images import image_tally
from thumper.store.models import Image
from thumper.store.postgres.connect import client
from thumper.store.queue import sweeper
from thumper.store.status.system_status import read_status

_BOTH = f"""
SELECT (SELECT count(*) FROM image) AS counted, {image_tally.TOTAL} AS told,
    (SELECT count(*) FROM image WHERE location_id IS NULL) AS counted_unplaced, {image_tally.UNPLACED} AS unplaced
"""


async def _tallies() -> tuple[int, int]:
    (row,) = await client().execute_query_dict(_BOTH)
    assert (row["told"], row["unplaced"]) == (row["counted"], row["counted_unplaced"])
    return int(row["told"]), int(row["unplaced"])


async def _told() -> int:
    return (await _tallies())[0]


async def test_it_follows_images_that_come_and_go_and_those_of_a_transaction_that_fails(
    database: str,
) -> None:
    assert await _told() == 0
    await store_images(7)
    assert await _told() == 7
    dump = await make.make_dump()
    with contextlib.suppress(RuntimeError):
        async with in_transaction("default"):
            await make.make_image(dump)
            raise RuntimeError
    gone = await make.make_image(dump)
    assert await _told() == 8
    await Image.filter(id=gone.id).delete()
    assert await _told() == 7
    assert (await read_status()).images.total == 7


async def test_it_knows_how_many_have_no_location_whatever_becomes_of_them(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elm, oak, dump = await make.make_location(), await make.make_location(), await make.make_dump()
    images = [await make.make_image(dump) for _ in range(4)]
    await make.make_image(dump, location=elm)
    assert await _tallies() == (5, 4)
    for place, unplaced in ((elm, 0), (oak, 0), (None, 5), (None, 5)):
        await Image.all().update(location_id=place and place.id)
        assert await _tallies() == (5, unplaced)
    with contextlib.suppress(RuntimeError):
        async with in_transaction("default"):
            await Image.all().update(location_id=oak.id)
            raise RuntimeError
    await Image.filter(id=images[0].id).update(location_id=elm.id)
    monkeypatch.setattr(image_tally, "MOST_ROWS", 3)
    await sweeper.sweep(grace_s=0)
    assert await client().execute_query_dict("SELECT * FROM image_tally") == [{"images": 5, "unplaced": 4}]
    await Image.filter(id__in=[images[0].id, images[1].id]).delete()
    assert await _tallies() == (3, 3)
    assert (await read_status()).unplaced == 3


async def test_it_is_added_up_while_images_come(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_tally, "MOST_ROWS", 3)
    dump = await make.make_dump()

    async def bring() -> None:
        for _ in range(10):
            await make.make_image(dump)

    async def sweep() -> None:
        for _ in range(10):
            await sweeper.sweep(grace_s=0)
            await _told()

    await asyncio.gather(bring(), bring(), sweep())
    await sweeper.sweep(grace_s=0)
    assert await _told() == 20
    (row,) = await client().execute_query_dict("SELECT count(*)::int AS rows FROM image_tally")
    assert row["rows"] <= 4
