"""Rejected files of an ingested path are retried if they are unchanged at their place, and only then."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tortoise.backends.base.client import BaseDBAsyncClient

from tests.factories import make_dump
from tests.ingest.conftest import small_jpeg
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.ingest import admit as admission
from thumper.ingest import record as recording
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.examine import Photo
from thumper.ingest.readmit import readmit
from thumper.store.disk import library
from thumper.store.files import receipts, retries
from thumper.store.models import Dump, File, Image


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    for shade in range(3):
        (folder / f"{shade}.jpg").write_bytes(small_jpeg(shade))
    return folder


@pytest_asyncio.fixture
async def rejected(context: IngestContext, card: Path) -> UUID:
    """Return a dump whose files were all too large for an earlier setting, and are to be retried."""
    small = IngestContext(context.settings.model_copy(update={"max_file_bytes": 10}), context.wakeup)
    receipt = await ingest_path(small, card)
    assert receipt.counts.rejected == 3
    assert (await retries.ask(receipt.dump_id)).retried == 3
    return receipt.dump_id


async def test_files_that_are_there_are_taken_in_and_copied(context: IngestContext, rejected: UUID) -> None:
    await readmit(context)
    counts = (await receipts.of_dumps([rejected]))[rejected]
    assert (counts.found, counts.stored) == (3, 3)
    assert (await Dump.get(id=rejected)).settled_at is not None
    for image in await Image.all():
        assert library.holds(Path(image.original_path.decode()), image.sha256)
        assert context.library in Path(image.original_path.decode()).parents
    assert await retries.asked_paths() == {}


async def test_files_that_are_gone_or_others_or_no_files_are_rejected_with_what_to_do(
    context: IngestContext, card: Path, rejected: UUID
) -> None:
    (card / "0.jpg").unlink()
    (card / "1.jpg").write_bytes(small_jpeg(99) + b"another card's")
    (card / "2.jpg").unlink()
    (card / "2.jpg").mkdir()
    await readmit(context)
    found = {file.path: (file.reason, file.message) for file in (await receipts.itemised(rejected)).rejected}
    assert [reason for reason, _ in found.values()] == [Reason.VANISHED, Reason.VANISHED, Reason.UNREADABLE]
    assert f"It is not at {card} now. Mount the card there and retry, or run" in found["0.jpg"][1]
    assert (
        f"Another file has its name now. If it is the right one, run `thumper ingest {card}`"
        in found["1.jpg"][1]
    )
    assert "It is no file" in found["2.jpg"][1]
    assert (await Dump.get(id=rejected)).settled_at is not None
    assert not await Image.exists()


async def test_a_card_that_is_not_mounted_is_said(context: IngestContext, card: Path, rejected: UUID) -> None:
    shutil.rmtree(card)
    await readmit(context)
    assert await File.filter(state=FileState.REJECTED, reason=Reason.VANISHED).count() == 3
    assert (await Dump.get(id=rejected)).settled_at is not None


async def test_an_ingestion_of_the_same_path_that_was_cut_short_stays_open(
    context: IngestContext, rejected: UUID
) -> None:
    dump = await Dump.get(id=rejected).prefetch_related("source")
    cut_short = await make_dump(source=dump.source)
    await readmit(context)
    assert (await Dump.get(id=rejected)).settled_at is not None
    assert (await Dump.get(id=cut_short.id)).settled_at is None


async def test_nothing_is_done_when_nobody_asked(context: IngestContext, card: Path) -> None:
    await ingest_path(context, card)
    before = [(file.id, file.settled_at) for file in await File.all()]
    await readmit(context)
    assert [(file.id, file.settled_at) for file in await File.all()] == before


@pytest.mark.slow
async def test_one_file_that_cannot_be_recorded_stops_no_other(
    context: IngestContext, rejected: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def fail_at_one(
        transaction: BaseDBAsyncClient, own: IngestContext, photos: Sequence[Photo], **rest: Any
    ) -> Any:
        if any(photo.file.name == b"1.jpg" for photo in photos):
            raise ZeroDivisionError("nobody foresaw this")
        return await recording.record(transaction, own, photos, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(admission, "record", fail_at_one)
        await readmit(context)
    counts = (await receipts.of_dumps([rejected]))[rejected]
    assert (counts.stored, counts.reasons) == (2, ((Reason.UNREADABLE, 1),))
    assert (await Dump.get(id=rejected)).settled_at is not None
    assert await retries.asked_paths() == {}
    # It is not lost: it can be retried again.
    assert (await retries.ask(rejected)).retried == 1
    await readmit(context)
    assert (await receipts.of_dumps([rejected]))[rejected].stored == 3
