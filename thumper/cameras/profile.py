"""Camera profiles: what a brand writes into its files, as data, and how it is matched.

A profile is a TOML file. If TOML cannot say what a brand does, this module learns
a new word; it never contains the name of a brand. Cameras without a profile are
welcome: the generic profile applies to every photo.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from thumper.domain.capture_time import ClockReading, TimeSource
from thumper.errors import SettingError

CLOCK_GROUPS: Final = ("year", "month", "day", "hour", "minute", "second")
"""Named groups that together make a wall-clock time; the second may be missing."""

_KNOWN_GROUPS: Final = frozenset({*CLOCK_GROUPS, "location"})


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


def _file_name_pattern(text: str) -> str:
    groups = set(re.compile(_pattern(text)).groupindex)
    if unknown := sorted(groups - _KNOWN_GROUPS):
        raise ValueError(
            f"has unknown groups {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN_GROUPS))}"
        )
    clock = groups & set(CLOCK_GROUPS)
    if clock and (missing := sorted(set(CLOCK_GROUPS) - {"second"} - clock)):
        raise ValueError(f"reads a time without {', '.join(missing)}")
    if not groups:
        raise ValueError("reads neither a time nor a location")
    return text


def _comment_pattern(text: str) -> str:
    if set(re.compile(_pattern(text)).groupindex) != {"name"}:
        raise ValueError("must have exactly one named group, (?P<name>...)")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Match(BaseModel):
    """Which photos a profile is for: every pattern given must be found. Without patterns: every photo."""

    model_config = _STRICT

    make: Pattern | None = None
    """Regular expression searched in EXIF Make."""
    model: Pattern | None = None
    """Regular expression searched in EXIF Model."""


class FileName(BaseModel):
    """One style of file names."""

    model_config = _STRICT

    pattern: Annotated[str, AfterValidator(_file_name_pattern)]
    """Regular expression, matched against the whole name without folders, whatever its case."""
    example: str
    """A name that it must match: its documentation and its test."""


class Profile(BaseModel):
    """What one brand or style of cameras does."""

    model_config = _STRICT

    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    """Where this is known from: a sample or a public document."""
    match: Match = Match()
    exif_datetime_is_shutter: bool = False
    """Whether EXIF DateTime is the moment of exposure. Programs overwrite it, so `firmware` belongs to it."""
    firmware: Pattern | None = None
    """Regular expression of EXIF Software as the camera writes it; DateTime beside any other is an edit's."""
    camera_name_in_comment: Annotated[str, AfterValidator(_comment_pattern)] | None = None
    """Regular expression that finds the camera's own name in EXIF UserComment."""
    file_names: tuple[FileName, ...] = ()

    def matches(self, device: Device) -> bool:
        """Say whether this profile is for photos of such a device."""
        pairs = ((self.match.make, device.make), (self.match.model, device.model))
        return all(pattern is None or re.search(pattern, text) for pattern, text in pairs)

    def trusts_datetime_of(self, device: Device) -> bool:
        """Say whether EXIF DateTime of a matching photo is the moment of exposure."""
        untouched = self.firmware is None or re.search(self.firmware, device.software) is not None
        return self.exif_datetime_is_shutter and untouched


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a photo says of the camera that took it; empty where it says nothing."""

    make: str = ""
    model: str = ""
    software: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the matching profiles make of one photo.

    `name_clocks` are readings of the file name, best first; `location` is a name found in it, which
    counts only when such a location exists.
    """

    datetime_is_shutter: bool
    camera_name: str
    name_clocks: tuple[ClockReading, ...]
    location: str | None


def examine(profiles: Sequence[Profile], device: Device, *, file_name: str) -> Findings:
    """Apply every matching profile, in the order given, to a photo."""
    matching = [profile for profile in profiles if profile.matches(device)]
    names = [_in_comment(profile, device.comment) for profile in matching]
    found = [match for profile in matching for match in _matches(profile.file_names, file_name)]
    clocks = [_clock(match) for match in found]
    places = [match.groupdict().get("location") for match in found]
    return Findings(
        datetime_is_shutter=any(profile.trusts_datetime_of(device) for profile in matching),
        camera_name=next(filter(None, names), ""),
        name_clocks=tuple(clock for clock in clocks if clock is not None),
        location=next(filter(None, (place.strip() for place in places if place)), None),
    )


def _in_comment(profile: Profile, comment: str) -> str:
    if profile.camera_name_in_comment is None:
        return ""
    match = re.search(profile.camera_name_in_comment, comment)
    return match["name"].strip() if match else ""


def _matches(styles: Iterable[FileName], file_name: str) -> Iterable[re.Match[str]]:
    tried = (re.fullmatch(style.pattern, file_name, re.IGNORECASE) for style in styles)
    return (match for match in tried if match is not None)


def _clock(match: re.Match[str]) -> ClockReading | None:
    parts = match.groupdict()
    if not set(CLOCK_GROUPS[:-1]) <= parts.keys():
        return None
    year, month, day, hour, minute, second = (int(parts.get(group) or 0) for group in CLOCK_GROUPS)
    try:
        local = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # a camera's clock
    except ValueError:  # digits of that shape that are no date: a serial number, a counter
        return None
    return ClockReading(source=TimeSource.FILE_NAME, local=local)


def read_profile(text: str, *, file_name: str) -> Profile:
    """Read one profile; raise `SettingError` that names the file, the field and what is wrong."""
    try:
        return Profile(**tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"Camera profile {file_name} is no TOML: {error}.") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        )
        raise SettingError(f"Camera profile {file_name} cannot be used: {problems}.") from None


@lru_cache(maxsize=1)
def packaged_profiles() -> tuple[Profile, ...]:
    """Give the profiles that come with Thumper, brands by name and the generic one last."""
    folder = resources.files("thumper.cameras") / "profiles"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    files.sort(key=lambda file: file.name == "generic.toml")
    return tuple(read_profile(file.read_text("utf-8"), file_name=file.name) for file in files)
