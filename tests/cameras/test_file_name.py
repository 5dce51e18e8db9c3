"""Times, offsets and places in the names of files, as the packaged profiles read them."""

from __future__ import annotations

import datetime as dt

import pytest

from thumper.cameras.file_name import WHY_COUNTER
from thumper.cameras.profile import Device, read_profile
from thumper.cameras.profile_files import packaged_profiles
from thumper.cameras.profile_findings import NO_OFFSET, examine
from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource

NAMES = 'name = "A"\nsource = "x"\n[[file_names]]\n'


def times(file_name: str) -> list[str]:
    shown = []
    for clock in examine(packaged_profiles(), Device(file_name=file_name)).clocks:
        assert isinstance(clock, ClockReading)
        assert clock.source is TimeSource.FILE_NAME
        shown.append(clock.local.isoformat(sep=" "))
    return shown


def location(file_name: str) -> str | None:
    return examine(packaged_profiles(), Device(file_name=file_name)).location


@pytest.mark.parametrize(
    ("file_name", "time"),
    [
        ("SANCTUARY_20240326_194619.jpg", "2024-03-26 19:46:19"),
        ("RIDGE 2_20240326_194619 (1).JPG", "2024-03-26 19:46:19"),
        ("20130824_043601.jpg", "2013-08-24 04:36:01"),
        ("IMG_20241109_063000.jpg", "2024-11-09 06:30:00"),
        ("RLC_20241109063000_01.jpg", "2024-11-09 06:30:00"),
        ("WIN_20241109_06_30_05_Pro.jpg", "2024-11-09 06:30:05"),
        ("2024-11-09 06-30-00.jpg", "2024-11-09 06:30:00"),
        ("2024-11-09 6.30.00 PM.jpg", "2024-11-09 18:30:00"),
        ("2024-11-09T06.30.00.jpg", "2024-11-09 06:30:00"),
        ("Ridge 2024-11-09_063000(2).jpg", "2024-11-09 06:30:00"),
        ("Signal Hill_20241109_063000.jpg", "2024-11-09 06:30:00"),
        ("RIDGE_2024-11-09_06h30m05s.jpg", "2024-11-09 06:30:05"),
        ("29.11.2024 06.30.00.jpg", "2024-11-29 06:30:00"),
        ("11-29-2024 06-30-00.jpg", "2024-11-29 06:30:00"),
        ("05-05-2024 06-30-00.jpg", "2024-05-05 06:30:00"),
        ("29112024063000.jpg", "2024-11-29 06:30:00"),
        ("RIDGE_11292024_063000.jpg", "2024-11-29 06:30:00"),
        ("2024_03_26_19_46_19_0001.jpg", "2024-03-26 19:46:19"),
        ("2024_03_26_19_46_19.JPG", "2024-03-26 19:46:19"),
        ("IMG20240326194619.jpg", "2024-03-26 19:46:19"),
        ("SYFW20240326194619.jpg", "2024-03-26 19:46:19"),
        ("PICT20240326_194619(1).JPG.1", "2024-03-26 19:46:19"),
        ("Ridge_IMG20240326-194619.heic", "2024-03-26 19:46:19"),
        ("M03262024_194619.jpg", "2024-03-26 19:46:19"),
        ("CAM2024-03-26 19-46-19.jpg", "2024-03-26 19:46:19"),
        ("20240326194619000.jpg", "2024-03-26 19:46:19"),
        ("192.168.1.5_01_20240326194619123_MOTION.jpg", "2024-03-26 19:46:19"),
        ("2024-03-26T19-46-19.123Z.jpg", "2024-03-26 19:46:19"),
        ("2024_0326_194619_001.JPG", "2024-03-26 19:46:19"),
        ("2024-03-26 19-46.jpg", "2024-03-26 19:46:00"),
        ("2024_03_26_19_46.jpg", "2024-03-26 19:46:00"),
        ("2024-03-26 19-46_0001.jpg", "2024-03-26 19:46:00"),
        ("A_20240326-19h46.jpg", "2024-03-26 19:46:00"),
        ("20240326T1946-0500.jpg", "2024-03-26 19:46:00"),
        ("26.03.2024 19.46 Oak.jpg", "2024-03-26 19:46:00"),
        ("20240326 0715 PM.jpg", "2024-03-26 19:15:00"),
        ("2024-03-26 7.15PM.jpg", "2024-03-26 19:15:00"),
        ("20240326_071522_PM.jpg", "2024-03-26 19:15:22"),
        ("Mar 26 2024 19-46-19.jpg", "2024-03-26 19:46:19"),
        ("Oak March 26, 2024 7.46 PM.jpg", "2024-03-26 19:46:00"),
        ("26MAR2024_194619.jpg", "2024-03-26 19:46:19"),
        ("26 Mar 2024 19.46.19.jpg", "2024-03-26 19:46:19"),
        ("2024-Sept-26_19-46-19.jpg", "2024-09-26 19:46:19"),
        ("016719001060737-28-4-01062026143715-SYFW00012.jpg", "2026-01-06 14:37:15"),
        ("016719001060737-28-4-01062026143715-syfw00012.JPG", "2026-01-06 14:37:15"),
    ],
)
def test_times_in_file_names_are_read(file_name: str, time: str) -> None:
    assert times(file_name) == [time]


@pytest.mark.parametrize(
    "file_name",
    [
        "IMG_0001.JPG",
        "SANCTUARY_00006.jpg",
        "99999999_999999.jpg",
        "20241399_250000.jpg",
        "016719001060737-28-4-13322026143715-SYFW00012.jpg",
        "1234567890123.jpg",
        "2024-11-09_2460.jpg",
        "2024-11-09_12345.jpg",
        "20241109_01_02.jpg",
        "20241109-01-02.jpg",
        "2024-11-09_01_02.jpg",
        "29.11.2024_01_02.jpg",
        "IMG202411090630.jpg",
        "202411090630001.jpg",
        "20241109_0630001.jpg",
        "31FEB2024_063000.jpg",
        "Oak Marsh 26 2024 19-46-19.jpg",
        "MayBe 2024 06-30-00.jpg",
        "13-13-2024 06-30-00.jpg",
        "IMG-20241109-WA0001.jpg",
        "WhatsApp Image 2024-11-09 at 06.30.00.jpeg",
        "signal-2024-11-09-063000.jpg",
        "Screenshot_20241109-063000.png",
        "PXL_20241109_063000123.jpg",
        "",
    ],
)
def test_digits_that_are_no_date_give_no_time(file_name: str) -> None:
    assert times(file_name) == []


@pytest.mark.parametrize(
    ("file_name", "offset_h"),
    [
        ("2024-11-09T063000-0500.JPG", -5),
        ("20241109T063000+05:00.jpg", 5),
        ("20241109_063000Z.jpg", 0),
        ("20241109_063000-05:00.jpg", -5),
        ("20241109_063000+05.jpg", 5),
        ("2024-11-09 06-30-00 +0500.jpg", 5),
        ("2024-11-09 06-30-00_+05_00.jpg", 5),
        ("29.11.2024 06.30.00 GMT-5.jpg", -5),
        ("11292024_063000 UTC-0500 (2).jpg", -5),
        ("20241109T063000 -05_00.jpg", -5),
    ],
)
def test_an_offset_in_a_name_is_read_where_it_can_be_no_counter(file_name: str, offset_h: int) -> None:
    (clock,) = examine(packaged_profiles(), Device(file_name=file_name)).clocks
    assert isinstance(clock, ClockReading)
    assert (clock.utc_offset, clock.unread_offset) == (dt.timedelta(hours=offset_h), "")


@pytest.mark.parametrize(
    ("file_name", "unread"),
    [
        ("20241109_063000-0100.jpg", "-0100"),
        ("2024-11-09_06-30-00-0500.jpg", "-0500"),
        ("2024-11-09 6.30.00 AM -0930.jpg", "-0930"),
        ("2024-11-09_06-30-00 -05_00.jpg", "-05_00"),
        ("29.11.2024 06.30.00-0800 (1).jpg", "-0800"),
        ("11292024_063000-0330.jpg", "-0330"),
        ("20241109T063000-05.jpg", "-05"),
        ("20241109_063000 EST.jpg", "EST"),
        ("20241109T063000+0017.jpg", "+0017"),
    ],
)
def test_what_may_be_an_offset_in_a_name_is_named_and_not_read(file_name: str, unread: str) -> None:
    found = examine(packaged_profiles(), Device(file_name=file_name))
    (clock,) = found.clocks
    assert isinstance(clock, ClockReading)
    assert (clock.utc_offset, clock.lacks_offset, clock.unread_offset) == (None, True, unread)
    assert found.notes == (NO_OFFSET.format(unread),)


@pytest.mark.parametrize(
    "counter", ["-0001", "-0017", "-0000", "-0115", "-1300", "_0500", "-07", "-05001", "-1"]
)
def test_a_counter_behind_the_time_in_a_name_is_no_offset(counter: str) -> None:
    found = examine(packaged_profiles(), Device(file_name=f"20241109_063000{counter}.jpg"))
    (clock,) = found.clocks
    assert isinstance(clock, ClockReading)
    assert (clock.utc_offset, clock.unread_offset, found.notes) == (None, "", ())


def test_a_profile_may_say_that_it_is_an_offset() -> None:
    pattern = (
        r"(?P<year>....)(?P<month>..)(?P<day>..)_(?P<hour>..)(?P<minute>..)(?P<second>..)(?P<offset>.+)\.jpg"
    )
    name = "20241109_063000-0500.jpg"
    own = read_profile(NAMES + f"example = '{name}'\npattern = '{pattern}'", file_name="mine.toml")
    found = examine([own, *packaged_profiles()], Device(file_name=name))
    (clock,) = found.clocks
    assert isinstance(clock, ClockReading)
    assert (clock.utc_offset, found.notes) == (dt.timedelta(hours=-5), ())


@pytest.mark.parametrize(
    "file_name", ["03-04-2024 06-30-00.jpg", "RIDGE 03.04.2024 06.30.00.jpg", "03042024_063000.jpg"]
)
def test_a_date_whose_day_may_be_its_month_is_refused_unless_a_profile_knows(file_name: str) -> None:
    device = Device(file_name=file_name)
    (refused,) = examine(packaged_profiles(), device).clocks
    assert isinstance(refused, IgnoredReading)
    assert (refused.text, "which number is the day" in refused.why) == ("03-04-2024", True)
    pattern = r"(RIDGE )?(?P<day>..).?(?P<month>..).?(?P<year>\d{4}).(?P<hour>..).?(?P<minute>..).?(?P<second>..)\.jpg"
    own = read_profile(NAMES + f"example = '{file_name}'\npattern = '{pattern}'", file_name="mine.toml")
    (clock,) = examine([own, *packaged_profiles()], device).clocks
    assert isinstance(clock, ClockReading)
    assert clock.local == dt.datetime(2024, 4, 3, 6, 30)  # noqa: DTZ001  # a camera's clock


@pytest.mark.parametrize(
    ("file_name", "seen"),
    [
        ("20240326_1946.jpg", "2024-03-26 1946"),
        ("2024-11-09_0001.jpg", "2024-11-09 0001"),
        ("SANCTUARY_20240326-1946 (1).jpg", "2024-03-26 1946"),
    ],
)
def test_four_digits_behind_a_date_are_named_and_are_no_time(file_name: str, seen: str) -> None:
    found = examine(packaged_profiles(), Device(file_name=file_name))
    assert found.clocks == (IgnoredReading(source=TimeSource.FILE_NAME, text=seen, why=WHY_COUNTER),)
    assert found.location in {None, "SANCTUARY"}
    pattern = r"(?P<year>....)-?(?P<month>..)-?(?P<day>..)[_-](?P<hour>..)(?P<minute>..)"
    own = read_profile(
        NAMES + f"example = '{file_name}'\npattern = '(SANCTUARY_)?{pattern}.*'", file_name="mine.toml"
    )
    (clock,) = examine([own, *packaged_profiles()], Device(file_name=file_name)).clocks
    assert isinstance(clock, ClockReading)


@pytest.mark.parametrize("date", ["20240326", "2024-03-26", "2024", "03262024", "26Mar2024", "26.03.2024"])
@pytest.mark.parametrize("counter", ["_0001", "_1946", "_12345", "-9999"])
def test_a_date_in_a_name_is_no_place(date: str, counter: str) -> None:
    assert location(f"{date}{counter}.jpg") is None
    assert location(f"{date} Oak{counter}.jpg") == f"{date} Oak"


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("SANCTUARY_20240326_1946.jpg", "SANCTUARY"),
        ("Oak Stand March 26, 2024 19-46-19.jpg", "Oak Stand"),
        ("SANCTUARY_00006.jpg", "SANCTUARY"),
        ("SANCTUARY 26.03.2024 19.46.19.jpg", "SANCTUARY"),
        ("016719001060737-28-4-01062026143715-SYFW00012.jpg", None),
        ("SANCTUARY_20240326_194619.jpg", "SANCTUARY"),
        ("BARN FEED_00001.JPG", "BARN FEED"),
        ("20130824_043601.jpg", None),
        ("photo.jpg", None),
    ],
)
def test_a_name_may_suggest_a_location(file_name: str, name: str | None) -> None:
    assert location(file_name) == name


def test_a_clock_of_a_file_name_is_naive() -> None:
    (clock,) = examine(packaged_profiles(), Device(file_name="20130824_043601.jpg")).clocks
    assert clock == ClockReading(source=TimeSource.FILE_NAME, local=dt.datetime(2013, 8, 24, 4, 36, 1))  # noqa: DTZ001
