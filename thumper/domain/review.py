"""A person's word on a detection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

from thumper.domain.animal import ReviewVerdict
from thumper.domain.entered_text import clean_name, clean_text
from thumper.domain.label import LifeStage, Sex
from thumper.domain.refusal import InvalidValueError

MOST_WORDS: Final = 500
"""Reviews that are given in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One review. Species, sex and life stage come with a correction, or with the box that a person drew, only.

    None leaves as is.
    """

    verdict: ReviewVerdict
    species: str | None = None
    sex: Sex | None = None
    life_stage: LifeStage | None = None
    note: str = ""
    actor: str

    def checked(self) -> Self:
        """Return the word as it can be stored; raise `InvalidValueError`."""
        corrects = any(value is not None for value in (self.species, self.sex, self.life_stage))
        if self.verdict is ReviewVerdict.CORRECTED and not corrects:
            raise InvalidValueError("CORRECTED needs the right species, sex or life stage.", "verdict")
        if self.verdict is not ReviewVerdict.CORRECTED and corrects:
            raise InvalidValueError("Species, sex and life stage are given with CORRECTED only.", "verdict")
        return replace(
            self,
            species=None if self.species is None else clean_name(self.species, "species"),
            note=clean_text(self.note, "note"),
        )
