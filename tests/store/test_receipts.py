"""Receipts: what is counted, what is named, and that it adds up."""

from __future__ import annotations

import pytest

from tests.factories import make_dump, make_file, make_image, make_location, unknown_id
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.errors import NotFoundError
from thumper.store import receipts
from thumper.store.receipts import Receipt


async def test_a_receipt_counts_and_names_every_file(database: str) -> None:
    first, dump = await make_dump(), await make_dump(await make_location("Ridge"))
    image = await make_image(first)
    await make_file(first, FileState.STORED, image=image, display_path="A/1.jpg")
    await make_file(dump, FileState.DUPLICATE, image=image, size_bytes=7)
    await make_file(dump, FileState.SEEN, size_bytes=1)
    await make_file(dump, FileState.STABLE, size_bytes=2)
    await make_file(dump, FileState.REJECTED, size_bytes=40)
    await make_file(dump, FileState.STORED, image=await make_image(dump), size_bytes=500)
    receipt = await receipts.itemised(dump.id)
    assert receipt.counts == Receipt(
        seen=1,
        stable=1,
        stored=1,
        duplicate=1,
        rejected=1,
        size_bytes=550,
        reasons=((Reason.TRUNCATED, 1),),
    )
    assert (receipt.counts.found, receipt.counts.waiting) == (5, 2)
    assert receipt.location == "Ridge"
    (duplicate,) = receipt.duplicates
    assert (duplicate.image_id, duplicate.first_path) == (image.id, "A/1.jpg")
    assert duplicate.first_source == (await first.source).display_path
    (rejected,) = receipt.rejected
    assert (rejected.reason, rejected.message) == (Reason.TRUNCATED, "It ends early.")
    assert rejected.advice


async def test_lists_are_cut_and_counts_are_not(database: str) -> None:
    dump = await make_dump()
    for _ in range(5):
        await make_file(dump, FileState.REJECTED)
    receipt = await receipts.itemised(dump.id, limit=2)
    assert len(receipt.rejected) == 2
    assert receipt.counts.rejected == 5


async def test_a_dump_without_files_counts_nothing(database: str) -> None:
    dump = await make_dump()
    assert (await receipts.itemised(dump.id)).counts == Receipt()
    assert await receipts.of_dumps([dump.id]) == {dump.id: Receipt()}


async def test_an_unknown_dump_is_not_found(database: str) -> None:
    with pytest.raises(NotFoundError):
        await receipts.itemised(unknown_id())
