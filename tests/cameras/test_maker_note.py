"""Binary layouts out of TOML: types, byte orders, bounds; layouts without a sample photo."""

from __future__ import annotations

import datetime as dt
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.cameras.maker_note import MakerNote, NoteContent, read_note
from thumper.cameras.profile import Device
from thumper.cameras.profile_files import packaged_profiles
from thumper.cameras.profile_findings import ProfileFindings, examine
from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.measurement import Quantity
from thumper.domain.moon import MoonPhase

WORDS = ("year", "month", "day", "hour", "minute", "second")


def layout(byte_order: str = "little", *, either: bool = False, **fields: object) -> MakerNote:
    clock = {word: {"at": 2 * at, "type": "u16"} for at, word in enumerate(WORDS)}
    return MakerNote.model_validate(
        {"byte_order": byte_order, "clock": clock | {"either_byte_order": either}, "fields": fields}
    )


def words(*numbers: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}{len(numbers)}H", *numbers)


def read(made: MakerNote, note: bytes) -> NoteContent:
    return read_note(made, note, origin="here")


def value(made: MakerNote, note: bytes) -> object:
    (reading,) = read(made, note).readings
    return reading.value


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_clock_is_read_in_the_byte_order_of_the_layout(order: str) -> None:
    note = words(2015, 5, 7, 8, 8, 31, order="<" if order == "little" else ">")
    clock = read(layout(order), note).clock
    local = dt.datetime(2015, 5, 7, 8, 8, 31)  # noqa: DTZ001  # a camera's clock
    assert clock == ClockReading(source=TimeSource.MAKER_NOTE, local=local)


def test_a_clock_in_the_other_byte_order_is_read_only_where_the_layout_says_so() -> None:
    note = words(2015, 5, 7, 8, 8, 31, order=">")
    clock = read(layout(either=True), note).clock
    assert isinstance(clock, ClockReading)
    assert clock.local.isoformat() == "2015-05-07T08:08:31"
    strict = read(layout(), note).clock
    assert isinstance(strict, IgnoredReading)
    assert strict.why == "not a date and time"


@pytest.mark.parametrize("note", [b"", words(2015, 5, 7, 8, 8), words(0, 0, 0, 0, 0, 0)])
def test_a_clock_that_is_cut_off_or_never_set_says_nothing(note: bytes) -> None:
    assert read(layout(), note).clock is None


@pytest.mark.parametrize(
    ("kind", "raw", "number"),
    [
        ("u8", b"\xfb", 251),
        ("i8", b"\xfb", -5),
        ("u16", b"\xfb\xff", 65_531),
        ("i16", b"\xfb\xff", -5),
        ("u32", b"\1\0\0\0", 1),
        ("i32", b"\xff\xff\xff\xff", -1),
        ("u16u16", b"\1\0\2\0", 65_538),
    ],
)
def test_every_type_of_number_is_read(kind: str, raw: bytes, number: int) -> None:
    assert (
        value(MakerNote.model_validate(note_of("event_number", {"at": 3, "type": kind})), b"..." + raw)
        == number
    )


def note_of(quantity: str, place: dict[str, object]) -> dict[str, object]:
    return {"byte_order": "little", "fields": {quantity: place}}


def test_numbers_are_scaled_and_fahrenheit_becomes_celsius() -> None:
    volts = MakerNote.model_validate(note_of("battery_voltage", {"at": 0, "type": "u16", "scale": 0.001}))
    assert value(volts, words(8550)) == 8.55
    warm = MakerNote.model_validate(note_of("temperature", {"at": 0, "type": "i16", "unit": "F"}))
    assert (value(warm, words(102)), value(warm, words(32))) == (38.9, 0.0)


def test_texts_end_at_a_nul_or_at_their_length_and_hold_nothing_hidden() -> None:
    name = MakerNote.model_validate(note_of("camera_name", {"at": 0, "type": "ascii", "length": 8}))
    assert value(name, b"RIDGE\0old") == "RIDGE"
    assert value(name, b"RIDGE STAND 2") == "RIDGE ST"
    assert value(name, b"A\x1b\x07B     ") == "AB"
    wide = MakerNote.model_validate(note_of("serial", {"at": 0, "type": "utf-16", "length": 30}))
    assert value(wide, "H500DE01120343".encode("utf-16-le") + b"\0\0") == "H500DE01120343"
    assert value(wide, b"A\0\0\xd8B") == "A\ufffd"  # half a pair, half a character


def test_a_moon_is_one_of_the_phases_that_the_layout_counts_through() -> None:
    default = MakerNote.model_validate(note_of("moon_phase", {"at": 0, "type": "u8"}))
    assert [value(default, bytes([number])) for number in (0, 4, 7)] == [
        MoonPhase.NEW,
        MoonPhase.FULL,
        MoonPhase.WANING_CRESCENT,
    ]
    own = MakerNote.model_validate(note_of("moon_phase", {"at": 0, "type": "i8", "values": ["full", "new"]}))
    assert value(own, b"\0") is MoonPhase.FULL
    for raw in (b"\2", b"\xff"):
        content = read(own, raw)
        assert (content.readings, content.unreadable) == ([], ["moon_phase cannot be read (here)"])


def test_what_lies_outside_the_note_is_named() -> None:
    beyond = MakerNote.model_validate(note_of("temperature", {"at": 4000, "type": "i16"}))
    assert read(beyond, b"short").unreadable == ["temperature cannot be read (here)"]


PLACES = st.builds(
    lambda at, kind: {"at": at, "type": kind},
    st.integers(0, 60),
    st.sampled_from(["u8", "i16", "u32", "u16u16"]),
)


@given(
    note=st.binary(max_size=64),
    byte_order=st.sampled_from(["little", "big"]),
    either=st.booleans(),
    fields=st.dictionaries(st.sampled_from(["temperature", "battery_percent", "moon_phase"]), PLACES),
    text=st.sampled_from(["ascii", "utf-16"]),
)
def test_no_bytes_make_reading_a_note_fail(
    note: bytes, byte_order: str, either: bool, fields: dict[str, dict[str, object]], text: str
) -> None:
    made = layout(byte_order, either=either, **fields, serial={"at": 9, "type": text, "length": 30})
    content = read(made, note)
    assert len(content.readings) + len(content.unreadable) == len(made.fields)


def examined(note: bytes, **device: str) -> ProfileFindings:
    return examine(packaged_profiles(), Device(maker_note=note, **device))


def published(start: bytes, *places: tuple[int, str, tuple[int | bytes, ...]]) -> bytes:
    """Return a note with values at the offsets of the published tables, in hexadecimal as there."""
    note = bytearray(256)
    note[: len(start)] = start
    for at, code, values in places:
        struct.pack_into("<" + code, note, at, *values)
    return bytes(note)


ULTRAFIRE = published(
    b"RECONYXUF\0",
    (0x35, "BB", (2, 3)),
    (0x37, "I", (70_001,)),
    (0x3B, "5BH", (31, 8, 6, 7, 5, 2015)),
    (0x43, "B", (5,)),
    (0x44, "hh", (23, -5)),
    (0x49, "H", (8550,)),
    (0x4B, "15s", (b"U500DE01120343\0",)),
    (0x5A, "21s", (b"CREEK BED",)),
)
HYPERFIRE_4K = published(
    b"RECONYXHF4K\0",
    (0x29, "BB", (2, 3)),
    (0x2B, "I", (70_001,)),
    (0x2F, "5BH", (31, 8, 6, 7, 5, 2015)),
    (0x37, "B", (5,)),
    (0x38, "hh", (23, -5)),
    (0x4B, "H", (8550,)),
    (0x51, "51s", (b"CREEK BED",)),
    (0x84, "15s", (b"U500DE01120343\0",)),
)
MICROFIRE = published(
    b"RECONYXMF\0",
    (0x46, "HH", (2, 3)),
    (0x4A, "HH", (1, 4465)),
    (0x4E, "6H", (31, 8, 6, 5, 7, 2015)),
    (0x5C, "H", (5,)),
    (0x5E, "hh", (23, -5)),
    (0x72, "H", (8550,)),
    (0x76, "22s", (b"CREEK BED",)),
    (0x8C, "28s", ("U500DE01120343".encode("utf-16-le"),)),
)


@pytest.mark.parametrize(
    "note", [ULTRAFIRE, HYPERFIRE_4K, MICROFIRE], ids=["UltraFire", "HyperFire 4K", "MicroFire"]
)
def test_layouts_without_a_sample_are_read_at_their_published_offsets(note: bytes) -> None:
    found = examined(note)
    assert (found.make, found.serial, found.camera_name) == ("RECONYX", "U500DE01120343", "CREEK BED")
    (clock,) = found.clocks
    assert isinstance(clock, ClockReading)
    assert clock.local.isoformat(sep=" ") == "2015-05-07 06:08:31"
    measured = found.measurements
    assert (measured.temperature_c, measured.battery_v) == (-5.0, 8.55)
    assert measured.moon_phase is MoonPhase.WANING_GIBBOUS
    assert (measured.sequence_number, measured.sequence_length, found.event_number) == (2, 3, 70_001)
    assert found.notes == ()


def hyperfire(**words_at: int) -> bytes:
    note = bytearray(published(b"\1\xf1\3\0", (0x0C, "2s", (b"M\0",)), (0x0E, "4H", (1, 3, 0, 7))))
    for name, number in words_at.items():
        struct.pack_into("<h" if number < 0 else "<H", note, int(name.removeprefix("at_")), number)
    return bytes(note)


@pytest.mark.parametrize(
    ("note", "quantity", "complaint"),
    [
        (hyperfire(at_40=400), Quantity.TEMPERATURE, "temperature 400"),
        (hyperfire(at_40=-300), Quantity.TEMPERATURE, "temperature -300"),
        (hyperfire(at_14=9), Quantity.SEQUENCE_NUMBER, "photo 9 of 3 is impossible"),
        (hyperfire(at_36=8), Quantity.MOON_PHASE, "moon_phase cannot be read"),
        (hyperfire(at_84=0), Quantity.BATTERY_VOLTAGE, "battery_voltage 0"),
    ],
)
def test_impossible_values_are_left_out_with_a_note(note: bytes, quantity: Quantity, complaint: str) -> None:
    found = examined(note)
    assert quantity not in found.believed
    assert any(complaint in text for text in found.notes)
    assert [known.profile for known in found.recognitions] == ["Reconyx HyperFire"]


def test_a_photo_that_is_no_part_of_a_burst_has_no_place_in_one() -> None:
    found = examined(hyperfire(at_14=0, at_16=0))
    assert found.measurements.sequence_number is None
    assert not any("sequence" in note for note in found.notes)


def test_bytes_that_only_begin_alike_are_nobodys_note() -> None:
    assert examined(b"\1\xf1 and then something else altogether").recognitions == ()
