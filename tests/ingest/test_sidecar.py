"""Sidecars date photos that have no better time, in whatever order a copy brings the two."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from uuid import uuid4

import pytest

from tests.ingest.conftest import Admit, Find, Put, small_jpeg
from tests.ingest.test_admit import exif
from tests.ingest.test_written_times import gps
from tests.ingest.test_xmp import packet
from thumper.domain.capture_time import TimeSource
from thumper.domain.feed import FeedKind
from thumper.domain.file import Outcome, StableFile
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.ingest.admit import chunks
from thumper.ingest.context import IngestContext
from thumper.ingest.sidecar import arrived, read_beside
from thumper.store.files import receipts
from thumper.store.models import Dump, Feed, File, Image
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope

SIDECAR = packet('photoshop:DateCreated="2024-11-09T06:30:00"')
TAKEN = dt.datetime(2024, 11, 9, 12, 30, tzinfo=dt.UTC)
"""The same in Chicago, the zone of the tests."""


def rejected_as_sidecar(outcome: Outcome) -> str:
    assert (outcome.state, outcome.reason) == (FileState.REJECTED, Reason.UNSUPPORTED_TYPE)
    return outcome.message or ""


async def time_of(name: str) -> tuple[TimeSource, dt.datetime | None]:
    image = await Image.get(file_name=name)
    assert image.time_source in {image.clock_source, TimeSource.NONE}
    return image.time_source, image.taken_at


@pytest.mark.parametrize("name", ["IMG_1.JPG.xmp", "IMG_1.xmp", "IMG_1.XMP"])
@pytest.mark.parametrize("photo_first", [True, False])
async def test_a_sidecar_dates_its_photo_whichever_comes_first(
    put: Put, admit_names: Admit, name: str, photo_first: bool
) -> None:
    both = {"Ridge/IMG_1.JPG": small_jpeg(1), f"Ridge/{name}": SIDECAR}
    outcomes: dict[str, Outcome] = {}
    for path in sorted(both, reverse=not photo_first):
        put(path, both[path])
        outcomes |= await admit_names(path)
    assert await time_of("IMG_1.JPG") == (TimeSource.SIDECAR, TAKEN)
    assert (await Image.get()).exif["times"] == {"sidecar": "2024-11-09 06:30:00"}
    said = "dates the photo" if photo_first else "counts for a photo of its name that comes"
    assert f"2024-11-09 06:30:00, {said}" in rejected_as_sidecar(outcomes[f"Ridge/{name}"])
    assert (await File.get(display_path=f"Ridge/{name}")).message == outcomes[f"Ridge/{name}"].message
    dated = await Feed.filter(kind=FeedKind.CLOCK_FIXED).count()
    assert dated == (1 if photo_first else 0)


@pytest.mark.parametrize("ending", ["jfif", "jpe", "Jpg", "HEIC", "JPG.1", "MOV", "PNG"])
@pytest.mark.parametrize("whole", [True, False])
async def test_a_sidecar_dates_a_photo_of_any_ending_that_came_before_it(
    put: Put, admit_names: Admit, ending: str, whole: bool
) -> None:
    photo = f"Ridge/IMG_1.{ending}"
    sidecar = photo + ".xmp" if whole else f"{photo.rpartition('.')[0]}.xmp"
    put(photo, small_jpeg(1))
    await admit_names(photo)
    put(sidecar, SIDECAR)
    outcomes = await admit_names(sidecar)
    assert await time_of(f"IMG_1.{ending}") == (TimeSource.SIDECAR, TAKEN)
    assert "dates the photo of its name" in rejected_as_sidecar(outcomes[sidecar])


async def test_a_sidecar_whose_name_differs_by_case_dates_its_photo_where_names_have_none(
    put: Put, admit_names: Admit
) -> None:
    put("Ridge/IMG_1.JPG", small_jpeg(1))
    sidecar = put("Ridge/img_1.xmp", SIDECAR)
    await admit_names("Ridge/IMG_1.JPG", "Ridge/img_1.xmp")
    assert (await time_of("IMG_1.JPG"))[0] is TimeSource.NONE
    sidecar.with_name("IMG_1.xmp").hardlink_to(sidecar)  # as a card answers to either name
    put("Ridge/img_1.xmp", SIDECAR + b" ")
    await admit_names("Ridge/img_1.xmp")
    assert await time_of("IMG_1.JPG") == (TimeSource.SIDECAR, TAKEN)


async def test_a_sidecar_says_how_many_photos_it_dated(put: Put, admit_names: Admit) -> None:
    put("Ridge/a.jpg", small_jpeg(1))
    put("Ridge/a.jfif", small_jpeg(2))
    put("Ridge/a.JPE", small_jpeg(3, exif=exif(date_time_original="2024:07:01 06:00:00")))
    put("Ridge/b.Jpg", small_jpeg(4, exif=exif(date_time_original="2024:07:01 06:00:00")))
    await admit_names("Ridge/a.jpg", "Ridge/a.jfif", "Ridge/a.JPE", "Ridge/b.Jpg")
    put("Ridge/a.xmp", SIDECAR)
    put("Ridge/b.xmp", SIDECAR)
    outcomes = await admit_names("Ridge/a.xmp", "Ridge/b.xmp")
    assert "dates 2 of the 3 photos of its name" in rejected_as_sidecar(outcomes["Ridge/a.xmp"])
    assert "is not used for the photo of its name" in rejected_as_sidecar(outcomes["Ridge/b.xmp"])


@pytest.mark.parametrize("photo_first", [True, False])
async def test_a_sidecar_of_a_whole_name_is_for_that_photo_alone(
    put: Put, admit_names: Admit, photo_first: bool
) -> None:
    put("Ridge/a.JPG", small_jpeg(1))
    put("Ridge/a.JPG.1", small_jpeg(2))
    put("Ridge/a.JPG.xmp", SIDECAR)
    photos = ["Ridge/a.JPG", "Ridge/a.JPG.1"]
    for names in (photos, ["Ridge/a.JPG.xmp"]) if photo_first else (["Ridge/a.JPG.xmp"], photos):
        await admit_names(*names)
    assert (await time_of("a.JPG"))[0] is TimeSource.SIDECAR
    assert (await time_of("a.JPG.1"))[0] is TimeSource.NONE


async def test_the_receipt_adds_up_and_names_the_sidecar_with_advice_that_works(
    put: Put, admit_names: Admit
) -> None:
    put("Ridge/a.jpg", small_jpeg(1))
    put("Ridge/a.xmp", SIDECAR)
    await admit_names("Ridge/a.jpg", "Ridge/a.xmp")
    receipt = await receipts.itemised((await Dump.get()).id)
    assert (receipt.counts.found, receipt.counts.stored, receipt.counts.rejected) == (2, 1, 1)
    assert "keeps no copy of sidecars" in receipt.rejected[0].advice


async def test_a_better_clock_stays_and_a_worse_one_gives_way(put: Put, admit_names: Admit) -> None:
    taken = exif(date_time_original="2024:07:01 06:00:00")
    put("Ridge/exif.jpg", small_jpeg(1, exif=taken))
    put("Ridge/unset.jpg", small_jpeg(2, exif=exif(date_time_original="1970:01:01 06:00:00")))
    put("Ridge/20240101_060000.jpg", small_jpeg(3))
    put("Ridge/gps.jpg", small_jpeg(4, exif=gps("2024:01:01")))
    names = ("exif.jpg", "unset.jpg", "20240101_060000.jpg", "gps.jpg")
    await admit_names(*(f"Ridge/{name}" for name in names))
    for name in names:
        put(f"Ridge/{name}.xmp", SIDECAR)
    await admit_names(*(f"Ridge/{name}.xmp" for name in names))
    assert (await time_of("exif.jpg"))[0] is TimeSource.EXIF_ORIGINAL
    assert await time_of("unset.jpg") == (TimeSource.SIDECAR, TAKEN)
    assert await time_of("gps.jpg") == (TimeSource.SIDECAR, TAKEN)
    assert (await time_of("20240101_060000.jpg"))[0] is TimeSource.FILE_NAME
    assert (await Image.get(file_name="unset.jpg")).clock_doubt is None


async def test_a_sidecar_that_is_edited_dates_its_photo_anew_and_one_of_its_own_counts_before_that_of_its_stem(
    put: Put, admit_names: Admit
) -> None:
    put("Ridge/a.jpg", small_jpeg(1))
    put("Ridge/a.xmp", SIDECAR)
    await admit_names("Ridge/a.jpg", "Ridge/a.xmp")
    put("Ridge/a.xmp", packet('xmp:CreateDate="2024-11-10T06:30:00Z"'))
    await admit_names("Ridge/a.xmp")
    assert (await time_of("a.jpg"))[1] == dt.datetime(2024, 11, 10, 6, 30, tzinfo=dt.UTC)
    put("Ridge/a.jpg.xmp", SIDECAR)
    await admit_names("Ridge/a.jpg.xmp")
    put("Ridge/a.xmp", packet('xmp:CreateDate="2024-11-12T06:30:00"'))
    await admit_names("Ridge/a.xmp")
    assert await time_of("a.jpg") == (TimeSource.SIDECAR, TAKEN)


async def test_known_photos_that_come_again_with_sidecars_are_dated(put: Put, admit_names: Admit) -> None:
    put("Old/a.jpg", small_jpeg(1))
    await admit_names("Old/a.jpg")
    put("New/b.jpg", small_jpeg(1))
    put("New/b.xmp", SIDECAR)
    await admit_names("New/b.xmp", "New/b.jpg")
    assert await time_of("a.jpg") == (TimeSource.SIDECAR, TAKEN)


async def test_a_clock_that_a_person_repaired_is_left_alone(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    put("Ridge/unset.jpg", small_jpeg(1, exif=exif(date_time_original="1970:01:01 06:00:00")))
    await admit_names("Ridge/unset.jpg")
    scope = FixScope("dump_id", (await Dump.get()).id)
    repair = Repair(scope=scope, offset_s=50 * 366 * 86_400)
    await clock_fixes.make(repair, server_zone=context.settings.zone)
    before = await time_of("unset.jpg")
    assert before[0] is TimeSource.EXIF_ORIGINAL
    put("Ridge/unset.xmp", SIDECAR)
    await admit_names("Ridge/unset.xmp")
    assert await time_of("unset.jpg") == before


async def test_a_sidecar_that_is_still_copied_is_waited_for(put: Put, admit_names: Admit) -> None:
    put("Ridge/a.jpg", small_jpeg(1))
    put("Ridge/a.xmp", SIDECAR[:300])
    outcomes = await admit_names("Ridge/a.jpg", "Ridge/a.xmp", final=False)
    assert outcomes["Ridge/a.xmp"].state is FileState.STABLE
    assert (await time_of("a.jpg"))[0] is TimeSource.NONE
    put("Ridge/a.xmp", SIDECAR)
    await admit_names("Ridge/a.xmp", final=False)
    assert await time_of("a.jpg") == (TimeSource.SIDECAR, TAKEN)


async def test_what_says_no_date_or_lies_beside_no_photo_is_named(put: Put, admit_names: Admit) -> None:
    put("a.xmp", b"no XML")
    put("b.xmp", packet())
    outcomes = await admit_names("a.xmp", "b.xmp")
    for outcome in outcomes.values():
        assert "no date in it" in rejected_as_sidecar(outcome)


async def test_sidecars_are_admitted_behind_the_photos(context: IngestContext, put: Put, find: Find) -> None:
    for name in ("a.XMP", "a.jpg", "b.XMP", "b.jpg"):
        put(f"Ridge/{name}", small_jpeg())
    files = await find(*(f"Ridge/{name}" for name in ("a.XMP", "a.jpg", "b.XMP", "b.jpg")))
    (chunk,) = chunks(files)
    assert [file.name[-5:] for file in chunk] == [b"a.jpg", b"b.jpg", b"a.XMP", b"b.XMP"]


def test_a_link_that_leads_out_of_the_folder_and_what_is_no_file_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "out.xmp").write_bytes(SIDECAR)
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "a.xmp").symlink_to(tmp_path / "out.xmp")
    os.mkfifo(drop / "b.xmp")
    root = os.fsencode(drop)
    assert read_beside(root + b"/a.jpg", root=root).clocks == ()
    assert read_beside(root + b"/b.jpg", root=root).clocks == ()
    assert len(read_beside(root + b"/a.jpg").clocks) == 1


def test_an_upload_lies_beside_no_photo(tmp_path: Path) -> None:
    path = tmp_path / "0123abcd"
    path.write_bytes(SIDECAR)
    file = StableFile(
        file_id=uuid4(),
        dump_id=uuid4(),
        absolute=os.fsencode(path),
        name=b"a.xmp",
        size_bytes=len(SIDECAR),
        mtime_ns=0,
    )
    sidecar = arrived(file)
    assert sidecar.photos == ()
    assert "lies beside no photo" in rejected_as_sidecar(sidecar.outcome)
