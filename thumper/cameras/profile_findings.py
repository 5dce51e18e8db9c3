"""What the profiles make of one photo: which camera, which clocks, what was measured, and why.

Every profile that fits is applied, in the order given; the first that says something
of a thing is believed. Nothing here raises about a photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from thumper.cameras.comment import read_comment
from thumper.cameras.file_name import read_clock, read_location
from thumper.cameras.maker_note import read_note
from thumper.cameras.profile import Device, Profile
from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.measurement import Measurements, Quantity, Reading, believe, measurements

MOST_NAME_CHARACTERS: Final = 255
"""Characters of a file name that are looked at; no file system has longer ones."""
NO_OFFSET: Final = '"{}" behind the time in the file name is not read as an offset from UTC'


@dataclass(frozen=True, slots=True)
class Recognition:
    """A profile that fits a photo, and why."""

    profile: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameStyle:
    """A style of file names that a photo's name is of: whose, and how such names look."""

    profile: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFindings:
    """What the matching profiles make of one photo.

    `clocks` are readings of maker note and file name, best first within each; `location` is a name found
    in the file name, which counts only when such a location exists. `notes` say what was ignored.
    """

    recognitions: tuple[Recognition, ...]
    """The profiles that are for this camera; none for a camera without one, which only generic rules are for."""
    name_styles: tuple[NameStyle, ...]
    make: str
    serial: str
    camera_name: str
    datetime_is_shutter: bool
    clocks: tuple[ClockReading | IgnoredReading, ...]
    location: str | None
    believed: dict[Quantity, Reading]
    notes: tuple[str, ...]

    @property
    def measurements(self) -> Measurements:
        """What is kept of the image beside texts."""
        return measurements(self.believed)

    @property
    def event_number(self) -> int | None:
        """The camera's own count of bursts."""
        reading = self.believed.get(Quantity.EVENT_NUMBER)
        return None if reading is None else int(reading.value)


@dataclass(slots=True)
class _Gathered:
    """What is put together while the profiles are applied."""

    recognitions: list[Recognition] = field(default_factory=list)
    name_styles: list[NameStyle] = field(default_factory=list)
    make: str = ""
    datetime_is_shutter: bool = False
    clocks: list[ClockReading | IgnoredReading] = field(default_factory=list)
    location: str | None = None
    readings: list[Reading] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def apply(self, profile: Profile, device: Device, reasons: tuple[str, ...]) -> None:
        """Add what one matching profile says."""
        if reasons:
            self.recognitions.append(Recognition(profile.name, reasons))
            self.make = self.make or profile.make
        self.datetime_is_shutter = self.datetime_is_shutter or profile.trusts_datetime_of(device)
        if profile.maker_note is not None and device.maker_note:
            note = read_note(profile.maker_note, device.maker_note, origin=f"maker note, {profile.name}")
            self.clocks.extend([note.clock] if note.clock is not None else [])
            self.readings.extend(note.readings)
            self.notes.extend(note.unreadable)
        if profile.user_comment is not None:
            origin = f"user comment, {profile.name}"
            self.readings.extend(read_comment(profile.user_comment, device.comment, origin=origin))
        if profile.file_comment is not None:
            origin = f"file comment, {profile.name}"
            self.readings.extend(read_comment(profile.file_comment, device.file_comment, origin=origin))

    def read_name(self, profile: Profile, file_name: str) -> None:
        """Add what the styles of one profile find in the file's name."""
        for style in profile.file_names:
            match = style.pattern.fullmatch(file_name)
            if match is None:
                continue
            clock, location = read_clock(match), read_location(match)
            if clock is not None or location is not None:
                self.name_styles.append(NameStyle(profile.name, style.example))
            self._take(clock)
            self.location = self.location or location

    def _take(self, clock: ClockReading | IgnoredReading | None) -> None:
        """Add the time of a name, unless another style has read it already or knows what this one leaves open."""
        if clock is None:
            return
        named = [own for own in self.clocks if own.source is TimeSource.FILE_NAME]
        leaves_open = isinstance(clock, IgnoredReading) or clock.lacks_offset
        if clock in named or (leaves_open and any(isinstance(own, ClockReading) for own in named)):
            return
        self.clocks.append(clock)
        if isinstance(clock, ClockReading) and clock.lacks_offset:
            self.notes.append(NO_OFFSET.format(clock.unread_offset))


def examine(profiles: Sequence[Profile], device: Device) -> ProfileFindings:
    """Apply every matching profile, in the order given, to a photo. Never raises."""
    gathered = _Gathered()
    for profile in profiles:
        reasons = profile.match.reasons(device)
        if reasons is not None:
            gathered.apply(profile, device, reasons)
            gathered.read_name(profile, device.file_name[:MOST_NAME_CHARACTERS])
    believed, notes = believe(gathered.readings)
    return ProfileFindings(
        recognitions=tuple(gathered.recognitions),
        name_styles=tuple(gathered.name_styles),
        make=device.make or gathered.make,
        serial=device.serial or _text(believed, Quantity.SERIAL),
        camera_name=_camera_name(believed, device),
        datetime_is_shutter=gathered.datetime_is_shutter,
        clocks=tuple(gathered.clocks),
        location=gathered.location,
        believed=believed,
        notes=tuple(dict.fromkeys([*gathered.notes, *notes])),
    )


def _text(believed: dict[Quantity, Reading], quantity: Quantity) -> str:
    reading = believed.get(quantity)
    return "" if reading is None else str(reading.value)


def _camera_name(believed: dict[Quantity, Reading], device: Device) -> str:
    """Return the name that the user chose: cameras are delivered with their model as their name."""
    name = _text(believed, Quantity.CAMERA_NAME)
    return "" if name.casefold() == device.model.casefold() else name
