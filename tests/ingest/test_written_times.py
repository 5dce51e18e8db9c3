"""Times as cameras and programs write them make the instants of images; what is lost is counted by the receipt."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PIL import Image as Picture

from tests.ingest.conftest import Admit, Put, small_jpeg
from tests.ingest.test_admit import exif
from thumper.cameras.profile_findings import NO_OFFSET
from thumper.domain import clock_warning
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_warning import ClockWarning
from thumper.ingest.exif_block import Tag
from thumper.store.files import receipts
from thumper.store.models import Image


def gps(date: str) -> Picture.Exif:
    """Return EXIF whose only time is that of the satellites: half past twelve, UTC."""
    block = Picture.Exif()
    block.get_ifd(Tag.GPS_DIRECTORY).update(
        {Tag.GPS_TIME_STAMP & 0xFFFF: (12.0, 30.0, 0.0), Tag.GPS_DATE_STAMP & 0xFFFF: date}
    )
    return block


async def test_offsets_make_the_instant_and_one_that_cannot_be_read_is_counted_by_the_receipt(
    put: Put, admit_names: Admit, field_inputs: Path
) -> None:
    put("Ridge/plus.jpg", (field_inputs / "off/plus0000.jpg").read_bytes())
    put("Ridge/minus.jpg", (field_inputs / "off/minus0500.jpg").read_bytes())
    put("Ridge/words.jpg", small_jpeg(exif=exif(date_time_original="2024:07:01 06:00:00 Mountain")))
    outcomes = await admit_names("Ridge/plus.jpg", "Ridge/minus.jpg", "Ridge/words.jpg")
    taken = {image.file_name: image.taken_at for image in await Image.all()}
    assert taken == {
        "plus.jpg": dt.datetime(2025, 1, 14, 18, 31, 30, tzinfo=dt.UTC),
        "minus.jpg": dt.datetime(2024, 7, 23, 4, 39, 27, tzinfo=dt.UTC),
        "words.jpg": dt.datetime(2024, 7, 1, 11, tzinfo=dt.UTC),
    }
    dump_id = outcomes["Ridge/words.jpg"].file.dump_id
    counted = clock_warning.warnings((await receipts.clocks([dump_id]))[dump_id])
    assert counted == [(ClockWarning.OFFSET_UNREADABLE, 1)]
    assert (await Image.get(offset_unreadable=True)).file_name == "words.jpg"


async def test_what_may_be_an_offset_in_a_name_is_counted_by_the_receipt_and_noted_with_the_image(
    put: Put, admit_names: Admit
) -> None:
    names = ["2024-03-26_19-46-19-0500.jpg", "2024-03-26_19-46-20+0500.jpg", "2024-03-26_19-46-21-0017.jpg"]
    for number, name in enumerate(names):
        put(f"Ridge/{name}", small_jpeg(number))
    outcomes = await admit_names(*(f"Ridge/{name}" for name in names))
    dump_id = outcomes[f"Ridge/{names[0]}"].file.dump_id
    counted = clock_warning.warnings((await receipts.clocks([dump_id]))[dump_id])
    assert counted == [(ClockWarning.OFFSET_UNREADABLE, 1)]
    doubtful, read, counter = await Image.all().order_by("file_name")
    assert (doubtful.offset_unreadable, doubtful.exif["unreadable"]) == (True, [NO_OFFSET.format("-0500")])
    assert (read.utc_offset_s, counter.utc_offset_s) == (5 * 3600, None)


async def test_gps_dates_what_nothing_else_does(put: Put, admit_names: Admit) -> None:
    put("a.jpg", small_jpeg(1, exif=gps("2024:11:09")))
    put("20240101_060000.jpg", small_jpeg(2, exif=gps("2024:11:09")))
    await admit_names("a.jpg", "20240101_060000.jpg")
    image = await Image.get(file_name="a.jpg")
    assert (image.time_source, image.utc_offset_s) == (TimeSource.GPS, 0)
    assert image.taken_at == dt.datetime(2024, 11, 9, 12, 30, tzinfo=dt.UTC)
    assert (await Image.get(file_name="20240101_060000.jpg")).time_source is TimeSource.FILE_NAME
