"""What profiles make of names, comments and clocks; that a wrong profile is refused in words."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.cameras.profile import Device, Profile, examine, packaged_profiles, read_profile
from thumper.domain.capture_time import TimeSource
from thumper.errors import SettingError

CUDDEBACK = Device(
    make="CUDDEBACK", model="G-3+", software="1200 FW 7.0.0", comment="BP=75%,ID=CANE CREEK FEED,LO=005"
)


def times(file_name: str) -> list[str]:
    clocks = examine(packaged_profiles(), Device(), file_name=file_name).name_clocks
    assert all(clock.source is TimeSource.FILE_NAME for clock in clocks)
    return [clock.local.isoformat(sep=" ") for clock in clocks]


def location(file_name: str) -> str | None:
    return examine(packaged_profiles(), Device(), file_name=file_name).location


@pytest.mark.parametrize("profile", packaged_profiles(), ids=lambda profile: profile.name)
def test_every_style_matches_its_own_example(profile: Profile) -> None:
    for style in profile.file_names:
        assert re.fullmatch(style.pattern, style.example, re.IGNORECASE)


@pytest.mark.parametrize(
    ("file_name", "time"),
    [
        ("SANCTUARY_20240326_194619.jpg", "2024-03-26 19:46:19"),
        ("RIDGE 2_20240326_194619 (1).JPG", "2024-03-26 19:46:19"),
        ("20130824_043601.jpg", "2013-08-24 04:36:01"),
        ("2024_03_26_19_46_19_0001.jpg", "2024-03-26 19:46:19"),
        ("2024_03_26_19_46_19.JPG", "2024-03-26 19:46:19"),
        ("016719001060737-28-4-01062026143715-SYFW00012.jpg", "2026-01-06 14:37:15"),
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
        "",
    ],
)
def test_digits_that_are_no_date_give_no_time(file_name: str) -> None:
    assert times(file_name) == []


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("SANCTUARY_00006.jpg", "SANCTUARY"),
        ("SANCTUARY_20240326_194619.jpg", "SANCTUARY"),
        ("BARN FEED_00001.JPG", "BARN FEED"),
        ("20130824_043601.jpg", None),
        ("photo.jpg", None),
    ],
)
def test_a_name_may_suggest_a_location(file_name: str, name: str | None) -> None:
    assert location(file_name) == name


@given(st.text(max_size=80), st.text(max_size=200))
def test_no_name_or_comment_makes_a_profile_fail(file_name: str, comment: str) -> None:
    device = Device(make="Cuddeback", comment=comment)
    findings = examine(packaged_profiles(), device, file_name=file_name)
    assert all(isinstance(clock.local, dt.datetime) for clock in findings.name_clocks)


def test_cuddeback_gives_its_name_and_its_shutter_time() -> None:
    findings = examine(packaged_profiles(), CUDDEBACK, file_name="1793T_00012.jpg")
    assert findings.camera_name == "CANE CREEK FEED"
    assert findings.datetime_is_shutter


def test_datetime_is_not_believed_once_a_program_has_written_over_the_firmware() -> None:
    edited = Device(make="CUDDEBACK", model="G-3+", software="GIMP 2.10", comment="ID=PUMP")
    findings = examine(packaged_profiles(), edited, file_name="x.jpg")
    assert not findings.datetime_is_shutter
    assert findings.camera_name == "PUMP"


def test_an_unknown_camera_is_welcome() -> None:
    findings = examine(packaged_profiles(), Device(make="NoName", model="X"), file_name="a.jpg")
    assert (findings.camera_name, findings.datetime_is_shutter) == ("", False)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name = ", "is no TOML"),
        ('source = "x"', "name: Field required"),
        ('name = "A"\nsource = "x"\ncolour = "red"', "colour: Extra inputs"),
        ('name = "A"\nsource = "x"\n[match]\nmake = "("', "match.make: is no regular expression"),
        (
            'name = "A"\nsource = "x"\n[[file_names]]\nexample = "a"\npattern = "(?P<year>.)"',
            "file_names.0.pattern: reads a time without day, hour, minute, month",
        ),
        (
            'name = "A"\nsource = "x"\n[[file_names]]\nexample = "a"\npattern = "(?P<yaer>.)"',
            "has unknown groups yaer",
        ),
        (
            'name = "A"\nsource = "x"\n[[file_names]]\nexample = "a"\npattern = "a"',
            "reads neither a time nor",
        ),
        ('name = "A"\nsource = "x"\ncamera_name_in_comment = "ID"', "must have exactly one named group"),
    ],
)
def test_a_wrong_profile_is_refused_naming_file_and_field(text: str, problem: str) -> None:
    with pytest.raises(SettingError) as refusal:
        read_profile(text, file_name="mine.toml")
    assert "mine.toml" in str(refusal.value)
    assert problem in str(refusal.value)
