"""Camera profiles: what a brand writes into its files, as data.

A profile is a TOML file. If TOML cannot say what a brand does, this folder learns a
new word; code never contains the name of a brand. Cameras without a profile are
welcome: the generic profile applies to every photo.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from thumper.cameras.comment import Comment
from thumper.cameras.file_name import FileName
from thumper.cameras.maker_note import MakerNote
from thumper.cameras.pattern import BytesPattern, Pattern
from thumper.domain.plain_text import LONGEST_WORD, clean
from thumper.errors import SettingError

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")

Word: TypeAlias = Annotated[str, AfterValidator(lambda text: clean(text, LONGEST_WORD))]
"""A text that goes into rows."""

_WHY: Final = {
    "make": "Make is {}",
    "model": "Model is {}",
    "software": "Software is {}",
    "maker_note": "the maker note begins as theirs do",
    "file_name": "the file is named {}",
    "file_comment": "the comment of the file reads as theirs do",
}
"""What can be matched, as people are told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a photo says of the camera that took it; empty where it says nothing. `file_name` has no folders."""

    file_name: str = ""
    make: str = ""
    model: str = ""
    serial: str = ""
    software: str = ""
    comment: str = ""
    """EXIF UserComment."""
    file_comment: str = ""
    """The comment of the JPEG file itself, line ends and all."""
    maker_note: bytes = b""


class Match(BaseModel):
    """Which photos a profile is for: every pattern given must be found. Without patterns: every photo.

    Patterns are regular expressions. EXIF leaves nothing to compare where a program took it away, so such
    photos have no profile but the generic one.
    """

    model_config = _STRICT

    make: Pattern | None = None
    """Searched in EXIF Make."""
    model: Pattern | None = None
    """Searched in EXIF Model."""
    software: Pattern | None = None
    """Searched in EXIF Software."""
    file_comment: Pattern | None = None
    """Searched in the comment of the JPEG file."""
    file_name: Pattern | None = None
    """Searched in the file's name."""
    maker_note: BytesPattern | None = None
    """Matched where the maker note begins; bytes are written as `\\xF1`."""

    @property
    def anything(self) -> bool:
        """Whether it is for every photo."""
        return not self._given

    def reasons(self, device: Device) -> tuple[str, ...] | None:
        """Return what makes the profile fit such a device; None when it does not."""
        why = []
        for name, pattern in self._given:
            if not _is_found(pattern, getattr(device, name)):
                return None
            why.append(_WHY[name].format(getattr(device, name) or "empty"))
        return tuple(why)

    @cached_property
    def _given(self) -> tuple[tuple[str, re.Pattern[str] | re.Pattern[bytes]], ...]:
        """The patterns that are given, by the field of `Device` that each is for."""
        patterns = ((name, getattr(self, name)) for name in _WHY)
        return tuple((name, pattern) for name, pattern in patterns if pattern is not None)


def _is_found(pattern: re.Pattern[Any], text: str | bytes) -> bool:
    found = pattern.match(text) if isinstance(text, bytes) else pattern.search(text)
    return found is not None


class Profile(BaseModel):
    """What one brand or style of cameras does."""

    model_config = _STRICT

    name: Word = Field(min_length=1)
    source: str = Field(min_length=1)
    """Where this is known from: a sample or a public document."""
    match: Match = Match()
    make: Word = ""
    """Maker of the camera, for photos whose EXIF does not name it."""
    exif_datetime_is_shutter: bool = False
    """Whether EXIF DateTime is the moment of exposure. Programs overwrite it, so `firmware` belongs to it."""
    firmware: Pattern | None = None
    """Found in EXIF Software as the camera writes it; DateTime beside any other is an edit's."""
    maker_note: MakerNote | None = None
    user_comment: Comment | None = None
    """What EXIF UserComment holds."""
    file_comment: Comment | None = None
    """What the comment of the JPEG file holds."""
    file_names: tuple[FileName, ...] = ()

    @model_validator(mode="after")
    def _is_for_some_camera(self) -> Self:
        of_some = (
            self.make,
            self.exif_datetime_is_shutter,
            self.maker_note,
            self.user_comment,
            self.file_comment,
        )
        if self.match.anything and any(of_some):
            raise ValueError(
                "only names of files are the same for every camera; add a match that recognises this one"
            )
        return self

    def trusts_datetime_of(self, device: Device) -> bool:
        """Return whether EXIF DateTime of a matching photo is the moment of exposure."""
        untouched = self.firmware is None or self.firmware.search(device.software) is not None
        return self.exif_datetime_is_shutter and untouched


def read_profile(text: str, *, file_name: str) -> Profile:
    """Read one profile; raise `SettingError` that names the file, the field and what is wrong."""
    try:
        return Profile(**tomllib.loads(text))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'profile'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        )
        raise SettingError(f"Camera profile {file_name} cannot be used: {problems}.") from None
    except (
        ValueError,
        RecursionError,
    ) as error:  # also of numbers too long, and of lists in lists without end
        raise SettingError(f"Camera profile {file_name} is no TOML: {error}.") from None
