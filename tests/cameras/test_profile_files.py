"""The user's own profiles: found, asked first, replacing by name, refused in words."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest

from thumper.cameras.maker_note import MOST_BYTES
from thumper.cameras.profile import Device, Profile, read_profile
from thumper.cameras.profile_files import own_profiles, packaged_profiles, profiles_of
from thumper.cameras.profile_findings import examine
from thumper.domain.capture_time import ClockReading, TimeSource
from thumper.domain.moon import MoonPhase
from thumper.errors import SettingError
from thumper.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs" / "cameras.md"

SMALL = 'name = "{name}"\nsource = "mine"\n[match]\nmake = "(?i)^cuddeback"\n'


def documented(number: int = 0) -> Profile:
    toml = re.findall(r"^```toml\n(.*?)^```", DOCS.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)[number]
    return read_profile(toml, file_name="creekside.toml")


def test_a_home_without_a_folder_of_profiles_has_the_packaged_ones(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.cameras_dir == settings.home / "cameras"
    assert profiles_of(settings.cameras_dir) == packaged_profiles()


def test_own_profiles_stand_before_the_packaged_ones(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(SMALL.format(name="B"))
    (tmp_path / "a.toml").write_text(SMALL.format(name="A"))
    (tmp_path / "notes.txt").write_text("no profile")
    assert [path.name for path, _ in own_profiles(tmp_path)] == ["a.toml", "b.toml"]
    names = [profile.name for profile in profiles_of(tmp_path)]
    assert names[:2] == ["A", "B"]
    assert names[2:] == [profile.name for profile in packaged_profiles()]


def test_a_profile_of_the_same_name_replaces_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL.format(name="Cuddeback"))
    profiles = profiles_of(tmp_path)
    assert [profile.name for profile in profiles].count("Cuddeback") == 1
    device = Device(make="CUDDEBACK", software="1200 FW 7.0.0", comment="ID=PUMP")
    found = examine(profiles, device)
    assert (found.camera_name, found.datetime_is_shutter) == ("", False), "mine says nothing of either"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'name = "A"', "source: Field required"),
        (b"name = ", "is no TOML"),
        (b'name = "\xff"', "is not written in UTF-8"),
        (b"#" * 1_000_001, "it is no profile"),
    ],
)
def test_a_profile_that_cannot_be_used_stops_everything_naming_itself(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    (tmp_path / "good.toml").write_text(SMALL.format(name="A"))
    (tmp_path / "wrong.toml").write_bytes(content)
    with pytest.raises(SettingError) as refusal:
        profiles_of(tmp_path)
    message = str(refusal.value)
    assert str(tmp_path / "wrong.toml") in message
    assert problem in message
    assert "Correct it or move it away" in message


def test_a_profile_and_a_folder_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(SettingError, match=r"folder\.toml cannot be read"):
        profiles_of(tmp_path)
    (tmp_path / "folder.toml").rmdir()
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(SettingError, match=r"pipe\.toml cannot be read"):
        profiles_of(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match=r"The folder of your camera profiles, .*file, cannot be read"):
        profiles_of(tmp_path / "file")


def test_the_name_of_a_broken_profile_may_be_any_bytes(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff\n.toml")).write_text("name = ")
    with pytest.raises(SettingError) as refusal:
        profiles_of(tmp_path)
    str(refusal.value).encode("utf-8")
    assert "\n" not in str(refusal.value)


def test_the_documented_example_does_what_its_page_says() -> None:
    note = bytearray(b"CRK2\0".ljust(32, b"\0"))
    note[8:15] = (2024).to_bytes(2, "little") + bytes([11, 9, 6, 30, 5])
    note[16:28] = b"CS2-00417".ljust(12, b"\0")
    note[28] = 2
    note[30:32] = (875).to_bytes(2, "little")
    found = examine(
        [documented()],
        Device(
            software="CS2.4",
            comment="TEMP=71F;BATT=6.1;SEQ=2/3;SITE=NORTH FORK",
            maker_note=bytes(note),
            file_name="CRK_North Fork_202411090631.JPG",
        ),
    )
    assert (found.make, found.serial, found.camera_name) == ("CREEKSIDE", "CS2-00417", "NORTH FORK")
    assert (found.location, found.datetime_is_shutter) == ("North Fork", True)
    assert [
        (clock.source, clock.local.isoformat()) for clock in found.clocks if isinstance(clock, ClockReading)
    ] == [
        (TimeSource.MAKER_NOTE, "2024-11-09T06:30:05"),
        (TimeSource.FILE_NAME, "2024-11-09T06:31:00"),
    ]
    measured = found.measurements
    assert (measured.temperature_c, measured.battery_v, measured.battery_percent) == (21.7, 6.1, 88)
    assert measured.moon_phase is MoonPhase.FULL
    assert (measured.sequence_number, measured.sequence_length) == (2, 3)
    assert found.notes == ()


def test_the_page_names_the_right_limit_of_offsets() -> None:
    assert f"an offset below {MOST_BYTES}" in DOCS.read_text("utf-8")


def test_the_documented_profile_says_which_number_of_a_name_is_the_day() -> None:
    device = Device(file_name="09.11.2024 06.30.00.jpg")
    (clock,) = examine([documented(1), *packaged_profiles()], device).clocks
    assert clock == ClockReading(source=TimeSource.FILE_NAME, local=dt.datetime(2024, 11, 9, 6, 30))  # noqa: DTZ001
