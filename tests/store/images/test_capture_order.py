"""The order of images by capture time: one index scan a page, one rule for photos that come and that were there."""

from __future__ import annotations

import datetime as dt
import importlib
from typing import Final

import pytest
from tortoise.transactions import in_transaction

from tests.factories import NOON, make_camera, make_dump, make_file, make_image, unknown_id
from thumper.domain.card_order import sort_name
from thumper.domain.progress import FileState
from thumper.store.images import rollover
from thumper.store.images.images import ARRIVED, TAKEN, ImageSearch
from thumper.store.models import Image
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Order

DELIVERED: Final = [
    "Oak Stand/DCIM/100RECNX/RCNX0001.JPG",
    "IMG_9999.JPG",
    "IMG_123456789012.jpg",
    "no ending 0001",
    ".0001.jpg",
    "a/b.c/NORTH_20240326_0007.jpg",
    "a/26-03-2024_0007.jpg",
    "a/Creek (2).jpg",
    "a/PICT10.JPG",
    "a/20261125070000_010.jpg",
    "a/20261125070000_0001.jpg",
    "a/IMG_20261125_070000(1).jpg",
    "a/IMG_20261125.jpg",
    "a/2024-03-26 19.46.19.jpg",
    "a/26-03-2024.jpg",
    "a/IMG_00011900.JPG",
    "a/IMG_01011900_3.JPG",
    "a/016719001060737-28-4-01062026143715-SYFW00012.jpg",
    "a/000_00_0.jpg",
    "a/0001/x",
    "a/.jpg",
    "a/1.",
    "a/\u0663\u0663\u0663\u0663 (\u00b2).jpg",
    "a/" + "9" * 70 + ".jpg",
    "a/IMG0042b.png",
    r"caf\xe9/IMG\xff_0007.JPG",
    "/".join(["Ä" * 60] * 3) + "/" + "ß" * 70 + "0003.jpg",
]


async def test_photos_that_were_there_get_the_order_of_those_that_come(database: str) -> None:
    dump, camera = await make_dump(), await make_camera()
    expected = {}
    for path in DELIVERED:
        for own in (camera, None):
            image = await make_image(dump, camera=own)
            await make_file(dump, FileState.STORED, image=image, display_path=path)
            await make_file(dump, FileState.DUPLICATE, image=image, display_path="elsewhere/0000.jpg")
            expected[image.id] = sort_name(path, camera="" if own is None else own.id.hex[-8:])
    without_file = await make_image(dump)
    expected[without_file.id] = ""
    for statement in importlib.import_module("thumper.migrations.0015_order").FILL:
        await client().execute_query(statement)
    assert {image.id: image.sort_name for image in await Image.all()} == expected


@pytest.mark.parametrize(
    ("search", "order", "index"),
    [
        (ImageSearch(), TAKEN.descending, "idx_image_sort_at_"),
        (ImageSearch(), TAKEN.ascending, "image_oldest_first"),
        (ImageSearch(location_id=unknown_id()), TAKEN.descending, "idx_image_locatio_"),
        (ImageSearch(location_ids=(unknown_id(),)), TAKEN.descending, "idx_image_locatio_"),
        (ImageSearch(location_ids=(unknown_id(), unknown_id())), TAKEN.descending, "idx_image_sort_at_"),
        (ImageSearch(arrived_after=NOON, arrived_before=NOON), ARRIVED.descending, "idx_image_created_"),
        (ImageSearch(clock_suspect=True), TAKEN.descending, "image_clock_suspect"),
        (ImageSearch(offset_unreadable=True), TAKEN.descending, "image_offset_unreadable"),
    ],
    ids=["newest", "oldest", "of a place", "of one", "of several", "by arrival", "suspects", "odd offsets"],
)
async def test_a_page_is_one_scan_of_an_index_from_its_place_on(
    database: str, search: ImageSearch, order: Order, index: str
) -> None:
    conditions = search.conditions()
    way, beyond = ("DESC", "<") if order.descending else ("ASC", ">")
    values = {"timestamptz": NOON, "text": "a", "uuid": unknown_id(), "boolean": False}
    place = ", ".join(f"{conditions.hold(values[key.kind])}::{key.kind}" for key in order.keys)
    conditions.clauses.append(f"({', '.join(key.sql for key in order.keys)}) {beyond} ({place})")
    sorting = ", ".join(f"{key.sql} {way}" for key in order.keys)
    async with in_transaction("default") as transaction:
        for way_around in ("seqscan", "bitmapscan", "sort"):  # which a table without rows would take
            await transaction.execute_query_dict(f"SET LOCAL enable_{way_around} = off")
        plan = await transaction.execute_query_dict(
            f"EXPLAIN SELECT id FROM image WHERE {conditions.sql} ORDER BY {sorting} LIMIT 51",
            conditions.values,
        )
    told = "\n".join(row["QUERY PLAN"] for row in plan)
    assert f" using {index}" in told
    assert "Sort" not in told


async def test_a_rollover_is_noted_once_and_taken_back_when_it_was_none(database: str) -> None:
    dump = await make_dump()
    names = [f"RCNX{number:04}.JPG" for number in (9998, 9999, 1, 2)]
    images = [
        await make_image(dump, file_name=name, sort_name=sort_name(f"Oak/{name}", camera=""))
        for name in names
    ]
    other = await make_image(dump, file_name="RCNX0003.JPG", taken_at=NOON + dt.timedelta(seconds=1))
    untimed = [await make_image(dump, taken_at=None, file_name=name, sort_name="\t\t0\t") for name in names]

    async def noted() -> list[str]:
        async with in_transaction("default") as transaction:
            await rollover.note(transaction, dump.id)
        return [image.file_name for image in await Image.filter(sort_at=NOON).order_by("sort_name")]

    assert await noted() == names
    assert await noted() == names
    assert {image.sort_name for image in await Image.filter(id__in=[own.id for own in untimed])} == {
        "\t\t0\t"
    }
    assert (await Image.get(id=other.id)).sort_name == ""
    between = sort_name("Oak/RCNX5000.JPG", camera="")
    await make_image(dump, file_name="RCNX5000.JPG", sort_name=between)
    assert await noted() == [*names[2:], "RCNX5000.JPG", *names[:2]]
    assert len(images) == 4


async def test_a_counter_that_went_round_between_two_deliveries_is_noted_with_the_second(
    database: str,
) -> None:
    async def deliver(*numbers: int, camera: str = "cam", folder: str = "Oak") -> None:
        dump = await make_dump()
        for number in numbers:
            name = f"PICT{number:04}.JPG"
            await make_image(dump, file_name=name, sort_name=sort_name(f"{folder}/{name}", camera=camera))
        async with in_transaction("default") as transaction:
            await rollover.note(transaction, dump.id)

    async def shown() -> list[int]:
        return [int(image.file_name[4:8]) for image in await Image.all().order_by("sort_at", "sort_name")]

    await deliver(9998, 9999)
    await deliver(1, 2)
    assert await shown() == [9998, 9999, 1, 2]
    await deliver(3)
    await deliver(9997)
    assert await shown() == [9997, 9998, 9999, 1, 2, 3]
    await deliver(5, folder="Oak 2")
    await deliver(6, camera="cam2")
    assert await shown() == [9997, 9998, 9999, 1, 2, 3, 5, 6], "others' counters are not compared"
    await deliver(5000)
    assert await shown() == [1, 2, 3, 5000, 9997, 9998, 9999, 5, 6]
