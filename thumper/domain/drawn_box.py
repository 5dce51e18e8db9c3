"""A box that a person draws where the detector saw none: what of it can be stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

from thumper.domain.animal import ReviewVerdict
from thumper.domain.box import TOLERANCE, Box
from thumper.domain.entered_text import clean_name, clean_text
from thumper.domain.label import ClassMap, LifeStage, Sex
from thumper.domain.refusal import InvalidValueError
from thumper.domain.review import Word

MOST_BOXES: Final = 300
"""Drawn boxes of one image (the most that ultralytics gives for one)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBox:
    """Where a person sees something, and what it is; None where nothing is said.

    x, y, width and height are fractions of the upright image, origin top left.
    """

    x: float
    y: float
    width: float
    height: float
    label: str = ""
    species: str | None = None
    sex: Sex | None = None
    life_stage: LifeStage | None = None
    note: str = ""
    actor: str

    def checked(self) -> Self:
        """Return it as it can be stored; raise `InvalidValueError`."""
        return replace(
            self,
            label=clean_name(self.label, "label") if self.label.strip() else "",
            species=None if self.species is None else clean_name(self.species, "species"),
            note=clean_text(self.note, "note"),
        )

    def box(self, *, width_px: int, height_px: int) -> Box:
        """Return where it is in an image of that size.

        Raises `InvalidValueError` unless it lies within, and is at least one pixel wide and high.
        """
        for name in ("x", "y"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidValueError(
                    f"{name} is {getattr(self, name)}; it is at least 0 and less than 1.", "box", name
                )
        for name, begin, size_px in (("width", self.x, width_px), ("height", self.y, height_px)):
            length = getattr(self, name)
            if not length * size_px >= 1:
                raise InvalidValueError(
                    f"{name} is {length}; a box is at least one pixel of the {size_px} large.", "box", name
                )
            if not begin + length <= 1 + TOLERANCE:
                raise InvalidValueError(
                    f"The box ends at {begin + length}, outside of the image, which ends at 1.", "box", name
                )
        return Box(self.x, self.y, min(self.width, 1 - self.x), min(self.height, 1 - self.y))

    def word(self, class_map: ClassMap) -> Word:
        """Return its first review: what the person says is in it, else what their label means to the detector."""
        told = class_map.meaning(self.label)
        return Word(
            verdict=ReviewVerdict.CONFIRMED,
            species=told.species if self.species is None else self.species,
            sex=told.sex if self.sex is None else self.sex,
            life_stage=told.life_stage if self.life_stage is None else self.life_stage,
            note=self.note,
            actor=self.actor,
        )
