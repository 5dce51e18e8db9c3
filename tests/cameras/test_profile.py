"""What profiles make of names, comments and clocks; that a wrong profile is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.cameras.profile import Device, Profile, read_profile
from thumper.cameras.profile_files import packaged_profiles
from thumper.cameras.profile_findings import examine
from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.measurement import Quantity
from thumper.domain.plain_text import clean
from thumper.errors import SettingError

CUDDEBACK = Device(
    make="CUDDEBACK",
    model="G-3+",
    software="1200 FW 7.0.0",
    comment="BT=13,BP=75%,ID=CANE CREEK FEED,LO=005",
    file_name="1793T_00012.jpg",
)


@pytest.mark.parametrize("profile", packaged_profiles(), ids=lambda profile: profile.name)
def test_every_style_matches_its_own_example(profile: Profile) -> None:
    for style in profile.file_names:
        device = Device(file_name=style.example)
        assert profile.match.reasons(device) is not None
        assert any(found.example == style.example for found in examine([profile], device).name_styles)


TEXT = st.text(max_size=200)


@given(
    device=st.builds(
        Device,
        file_name=st.text(max_size=80) | st.from_regex(r"\A\w{0,9}_\d{8}_\d{6}\.jpg\Z"),
        make=st.sampled_from(["Cuddeback", "RECONYX", "DSC", ""]) | TEXT,
        model=TEXT,
        serial=TEXT.map(clean),  # as EXIF's is
        software=st.sampled_from(["1200 FW 7.0.0", "BS685BWY"]) | TEXT,
        comment=st.from_regex(r"\A(ID|BP|LO)=[^,]*(,(ID|BP)=\d*%?)*\Z") | TEXT,
        file_comment=st.from_regex(r"\ATrg: [^\r]*(\r(Tmp|Bat|SN|Lbl|Evt): [^\r]*)*\Z") | TEXT,
        maker_note=st.binary(max_size=200)
        | st.sampled_from(
            [
                b"RECONYXH2\0",
                b"RECONYXUF\0",
                b"RECONYXHF4K\0",
                b"RECONYXMF\0",
                b"\1\xf1\3\0\0\0\0\0\0\0\0\0M\0",
            ]
        ).flatmap(lambda start: st.binary(max_size=200).map(lambda rest: start + rest)),
    )
)
def test_nothing_that_a_photo_says_makes_a_profile_fail(device: Device) -> None:
    found = examine(packaged_profiles(), device)
    assert all(isinstance(clock, ClockReading | IgnoredReading) for clock in found.clocks)
    assert max(len(found.make), len(found.serial), len(found.camera_name)) <= 200
    assert "\0" not in found.serial + found.camera_name
    measured = found.measurements
    assert measured.temperature_c is None or -100 <= measured.temperature_c <= 100
    assert measured.battery_percent is None or 0 <= measured.battery_percent <= 100
    assert measured.battery_v is None or 0 < measured.battery_v <= 100
    if measured.sequence_length is not None:
        assert measured.sequence_number is not None
        assert 1 <= measured.sequence_number <= measured.sequence_length


def test_cuddeback_gives_its_name_its_battery_and_its_shutter_time() -> None:
    found = examine(packaged_profiles(), CUDDEBACK)
    assert found.camera_name == "CANE CREEK FEED"
    assert found.datetime_is_shutter
    assert found.measurements.battery_percent == 75
    assert found.measurements.temperature_c is None, "BT is no temperature"
    assert [(known.profile, known.reasons) for known in found.recognitions] == [
        ("Cuddeback", ("Make is CUDDEBACK",))
    ]
    assert found.believed[Quantity.BATTERY_PERCENT].origin == "user comment, Cuddeback"


def test_datetime_is_not_believed_once_a_program_has_written_over_the_firmware() -> None:
    found = examine(packaged_profiles(), Device(make="CUDDEBACK", software="GIMP 2.10", comment="ID=PUMP"))
    assert not found.datetime_is_shutter
    assert found.camera_name == "PUMP"


def test_an_unknown_camera_is_welcome() -> None:
    found = examine(packaged_profiles(), Device(make="NoName", model="X", file_name="20130824_043601.jpg"))
    assert (found.make, found.camera_name, found.datetime_is_shutter) == ("NoName", "", False)
    assert found.recognitions == ()
    assert [clock.source for clock in found.clocks] == [TimeSource.FILE_NAME]


def test_the_profile_that_is_asked_first_is_believed() -> None:
    mine = read_profile(
        'name = "Mine"\nsource = "x"\n[match]\nmake = "CUDDEBACK"\n[user_comment]\nbetween_pairs = ","\n'
        'after_key = "="\n[user_comment.fields]\ncamera_name = { key = "LO" }',
        file_name="mine.toml",
    )
    found = examine([mine, *packaged_profiles()], CUDDEBACK)
    assert found.camera_name == "005"
    assert found.measurements.battery_percent == 75, "what mine does not say, the next one does"


def test_a_name_that_is_the_model_is_no_name_of_the_user() -> None:
    comment = "Trg: M 1/1\rLbl: RM45 RAPIDFIRE"
    device = Device(make="Reconyx", model="RM45 RAPIDFIRE", file_comment=comment)
    assert examine(packaged_profiles(), device).camera_name == ""


START = 'name = "A"\nsource = "x"\n'
MATCH = START + '[match]\nmake = "A"\n'
NOTE = MATCH + '[maker_note]\nbyte_order = "little"\n[maker_note.fields]\n'
COMMENT = MATCH + '[user_comment]\nbetween_pairs = ","\nafter_key = "="\n[user_comment.fields]\n'
NAMES = START + "[[file_names]]\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name = ", "is no TOML"),
        ("name = " + "[" * 100_000, "is no TOML"),
        ("name = " + "1" * 10_000, "is no TOML"),
        ('source = "x"', "name: Field required"),
        (START + 'colour = "red"', "colour: Extra inputs"),
        (START + '[match]\nmake = "("', "match.make: is no regular expression"),
        (START + "[match]\nmake = 7", "match.make: is no text"),
        (START + '[match]\nmake = "(A+)+$"', "match.make: is no regular expression that ends"),
        (
            START + '[match]\nmaker_note = "(?=(A|AA){9,})B"',
            "match.maker_note: is no regular expression that ends",
        ),
        (NAMES + 'example = "a"\npattern = "((?P<location>a?)b?){20}"', "is no regular expression that ends"),
        (COMMENT + 'serial = { key = "S", pattern = "(?P<value>(?>(a|aa)+b)*)" }', "that ends"),
        (START + '[match]\nmaker_note = "鹿"', "match.maker_note: is no regular expression for bytes"),
        (START + 'make = "A"', "profile: only names of files are the same for every camera"),
        (NAMES + 'example = "a"\npattern = "(?P<year>.)"', "file_names.0.pattern: reads a time without day"),
        (NAMES + 'example = "a"\npattern = "(?P<yaer>.)"', "has unknown groups yaer"),
        (NAMES + 'example = "a"\npattern = "a"', "reads neither a time nor"),
        (NAMES + 'example = "ab"\npattern = "(?P<location>.)"', "does not match the example ab"),
        (COMMENT + 'serial = { key = "S", pattern = "ID" }', "must have exactly one named group"),
        (COMMENT + 'serial = { key = "S", unit = "F" }', "serial has no unit"),
        (COMMENT + 'serial = { key = "S", values = ["new"] }', "serial has no values to choose"),
        (COMMENT + 'weight = { key = "W" }', "user_comment.fields.weight"),
        (NOTE + 'serial = { at = 1, type = "u8" }', "serial must be a text"),
        (NOTE + 'temperature = { at = 1, type = "ascii", length = 2 }', "temperature must be a number"),
        (NOTE + 'temperature = { at = 9999, type = "u8" }', "maker_note.fields.temperature.u8.at"),
        (NOTE + 'temperature = { at = -1, type = "u8" }', "maker_note.fields.temperature.u8.at"),
        (NOTE + 'temperature = { at = 1, type = "f64" }', "maker_note.fields.temperature"),
        (NOTE + 'battery_percent = { at = 1, type = "u8", unit = "F" }', "battery_percent has no unit"),
        (NOTE + 'battery_percent = { at = 1, type = "u8", values = ["new"] }', "has no values to choose"),
        (NOTE + 'moon_phase = { at = 1, type = "u8", values = ["blue"] }', "maker_note.fields.moon_phase"),
    ],
)
def test_a_wrong_profile_is_refused_naming_file_and_field(text: str, problem: str) -> None:
    with pytest.raises(SettingError) as refusal:
        read_profile(text, file_name="mine.toml")
    assert "mine.toml" in str(refusal.value)
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    "pattern", ["(?:[0-9]{4}_){20}", "(?:(?>A+)B)+", "(?:[ab]|c)+", "(?:_A{1,4}|B){0,3}"]
)
def test_a_pattern_may_repeat_what_can_be_read_in_one_way(pattern: str) -> None:
    read_profile(START + f"[match]\nmake = '{pattern}'", file_name="mine.toml")


def test_what_a_profile_says_of_the_maker_fits_into_a_row() -> None:
    profile = read_profile(
        f'name = "A\\u0000"\nsource = "x"\nmake = "{"M" * 300}\\n"\n[match]\nmake = "^$"',
        file_name="mine.toml",
    )
    found = examine([profile], Device())
    assert (found.make, found.recognitions[0].profile) == ("M" * 200, "A")


def test_no_code_names_a_brand() -> None:
    """Only profiles do; the demo draws cameras of invented brands."""
    from pathlib import Path

    import thumper

    brands = ["reconyx", "cuddeback", "bushnell", "primos", "boly", "icatch", "tactacam"]
    code = [path for path in Path(thumper.__file__).parent.rglob("*.py") if "demo" not in path.parts]
    assert [path for path in code for brand in brands if brand in path.read_text("utf-8").lower()] == []
