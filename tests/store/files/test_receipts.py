"""Receipts: what is counted, what is named, and that it adds up."""

from __future__ import annotations

import pytest

from tests.factories import NOON, make_dump, make_file, make_image, make_images, make_location, unknown_id
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.domain.video import is_rejected_video, is_video
from thumper.errors import NotFoundError
from thumper.store.files import receipts, wipe_rows
from thumper.store.files.dump_search import FILES, FileSearch
from thumper.store.files.receipts import Receipt
from thumper.store.postgres.page import count


async def test_a_receipt_counts_and_names_every_file(database: str) -> None:
    first, dump = await make_dump(), await make_dump(await make_location("Ridge"))
    image = await make_image(first)
    first_file = await make_file(first, FileState.STORED, image=image, display_path="A/1.jpg", seen_at=NOON)
    await make_file(dump, FileState.DUPLICATE, image=image, size_bytes=7)
    await make_file(dump, FileState.SEEN, size_bytes=1)
    await make_file(dump, FileState.STABLE, size_bytes=2)
    await make_file(dump, FileState.REJECTED, size_bytes=30)
    await make_file(
        dump, FileState.REJECTED, size_bytes=10, display_path="CLIP.AVI", reason=Reason.UNSUPPORTED_TYPE
    )
    await make_file(dump, FileState.STORED, image=await make_image(dump), size_bytes=500)
    receipt = await receipts.itemised(dump.id)
    assert receipt.counts == Receipt(
        dump_id=dump.id,
        seen=1,
        stable=1,
        stored=1,
        duplicate=1,
        rejected=2,
        videos=1,
        size_bytes=550,
        reasons=((Reason.TRUNCATED, 1), (Reason.UNSUPPORTED_TYPE, 1)),
    )
    assert (receipt.counts.found, receipt.counts.waiting) == (6, 2)
    assert receipt.location == "Ridge"
    (duplicate,) = receipt.duplicates
    assert (duplicate.image_id, duplicate.first_path) == (image.id, "A/1.jpg")
    assert duplicate.first_seen_at == first_file.seen_at
    assert duplicate.first_source == (await first.source).display_path
    rejected, video = receipt.rejected
    assert (rejected.reason, rejected.message) == (Reason.TRUNCATED, "It ends early.")
    assert rejected.advice == Reason.TRUNCATED.advice
    assert "keeps no copy of videos" in video.advice


async def test_lists_are_cut_and_counts_are_not(database: str) -> None:
    dump = await make_dump()
    for _ in range(5):
        await make_file(dump, FileState.REJECTED)
    receipt = await receipts.itemised(dump.id, limit=2)
    assert len(receipt.rejected) == 2
    assert receipt.counts.rejected == 5


async def test_a_dump_without_files_counts_nothing(database: str) -> None:
    dump = await make_dump()
    nothing = Receipt(dump_id=dump.id)
    assert (await receipts.itemised(dump.id)).counts == nothing
    assert await receipts.of_dumps([dump.id]) == {dump.id: nothing}


async def test_files_are_counted_by_whatever_is_asked_for(database: str) -> None:
    dump = await make_dump()
    for state in (FileState.SEEN, FileState.STABLE, FileState.REJECTED, FileState.REJECTED):
        await make_file(dump, state)
    await make_file(dump, FileState.REJECTED, reason=Reason.VANISHED)
    counts = (await receipts.of_dumps([dump.id]))[dump.id]
    for state in (None, *FileState):
        for settled in (None, True, False):
            for reason in (None, Reason.VANISHED, Reason.ZERO_BYTES):
                search = FileSearch(state=state, settled=settled, reason=reason)
                conditions = search.conditions()
                conditions.add("file.dump_id = {}", dump.id)
                asked = counts.files(state=state, settled=settled, reason=reason)
                assert asked == await count(FILES, conditions), search


async def test_what_is_known_of_clocks_is_grouped_by_dump(database: str) -> None:
    dump, other = await make_dump(), await make_dump()
    await make_images(dump, 2)
    await make_image(dump, clock_doubt=ClockDoubt.FACTORY_DATE, dst_edge=DstEdge.MISSING)
    await make_image(dump, taken_at=None)
    found = await receipts.clocks([dump.id, other.id])
    assert found[other.id] == []
    assert {
        (group.time_source, group.doubt, group.dst_edge, group.fixed, group.images)
        for group in found[dump.id]
    } == {
        (TimeSource.EXIF_ORIGINAL, None, None, False, 2),
        (TimeSource.EXIF_ORIGINAL, ClockDoubt.FACTORY_DATE, DstEdge.MISSING, False, 1),
        (TimeSource.NONE, None, None, False, 1),
    }


VIDEOS = [
    "CLIP.MP4",
    "a/b/clip.avi",
    "a.b.Mov",
    ".mp4",
    "a/.mov",
    "mp4",
    "card.avi/IMG.JPG",
    "x.mp4x",
    "ü.MPG",
    "a\\x0a.ts",
]


async def test_videos_are_the_same_files_in_the_database_as_in_the_rule(database: str) -> None:
    dump = await make_dump()
    for name in VIDEOS:
        # One that is gone at the next try stays a video.
        reason = Reason.VANISHED if name == "CLIP.MP4" else Reason.UNSUPPORTED_TYPE
        await make_file(dump, FileState.REJECTED, display_path=name, reason=reason)
        await make_file(dump, FileState.SEEN, display_path=name)
    expected = [name for name in VIDEOS if is_video(name)]
    assert (await receipts.of_dumps([dump.id]))[dump.id].videos == len(expected) == 5
    assert sorted((await wipe_rows.tally(dump.id)).videos.names) == sorted(expected)
    again = await make_dump()
    for reason in Reason:
        for name in ("IMG.JPG", "CLIP.MOV"):
            await make_file(again, FileState.REJECTED, display_path=f"{reason}/{name}", reason=reason)
    expected = [
        f"{reason}/{name}"
        for reason in Reason
        for name in ("IMG.JPG", "CLIP.MOV")
        if is_rejected_video(reason, name)
    ]
    assert (await receipts.of_dumps([again.id]))[again.id].videos == len(expected) == 6
    assert sorted((await wipe_rows.tally(again.id)).videos.names) == sorted(expected)


async def test_an_unknown_dump_is_not_found(database: str) -> None:
    with pytest.raises(NotFoundError):
        await receipts.itemised(unknown_id())
