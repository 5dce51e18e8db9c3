"""Receipts: what is counted, what is named, and that it adds up."""

from __future__ import annotations

import pytest

from tests.factories import make_dump, make_file, make_image, make_location, unknown_id
from thumper.domain.progress import FileState
from thumper.errors import NotFoundError
from thumper.store import ledger
from thumper.store.ledger import DumpCounts, Tally


async def test_a_receipt_counts_and_names_every_file(database: str) -> None:
    first, dump = await make_dump(), await make_dump(await make_location("Ridge"))
    image = await make_image(first)
    await make_file(first, FileState.STORED, image=image, display_path="A/1.jpg")
    await make_file(dump, FileState.DUPLICATE, image=image, size_bytes=7)
    await make_file(dump, FileState.SEEN, size_bytes=1)
    await make_file(dump, FileState.STABLE, size_bytes=2)
    await make_file(dump, FileState.REJECTED, size_bytes=40)
    await make_file(dump, FileState.STORED, image=await make_image(dump), size_bytes=500)
    receipt = await ledger.receipt(dump.id)
    assert receipt.counts == DumpCounts(
        growing=Tally(2, 3), stored=Tally(1, 500), duplicate=Tally(1, 7), rejected=Tally(1, 40)
    )
    assert receipt.counts.found == Tally(5, 550)
    assert receipt.location == "Ridge"
    assert len(receipt.growing) == 2
    (duplicate,) = receipt.duplicates
    assert (duplicate.image_id, duplicate.first_path, duplicate.first_dump_id) == (
        image.id,
        "A/1.jpg",
        first.id,
    )
    (rejected,) = receipt.rejected
    assert (rejected.reason, rejected.message) == ("TRUNCATED", "It ends early.")
    assert rejected.advice


async def test_lists_are_cut_and_counts_are_not(database: str) -> None:
    dump = await make_dump()
    for _ in range(5):
        await make_file(dump, FileState.REJECTED)
    receipt = await ledger.receipt(dump.id, limit=2)
    assert len(receipt.rejected) == 2
    assert receipt.counts.rejected.files == 5


async def test_a_dump_without_files_counts_nothing(database: str) -> None:
    dump = await make_dump()
    assert (await ledger.receipt(dump.id)).counts.found == Tally()
    assert await ledger.counts([dump.id]) == {dump.id: DumpCounts()}


async def test_an_unknown_dump_is_not_found(database: str) -> None:
    with pytest.raises(NotFoundError):
        await ledger.receipt(unknown_id())
