"""A person's word on a detection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Self

from thumper.domain.animal import ReviewVerdict
from thumper.domain.entered_text import clean_name, clean_text
from thumper.domain.label import LifeStage, Sex
from thumper.domain.refusal import InvalidValueError

MOST_WORDS: Final = 500
"""Reviews that are given in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What is in a box."""

    species: str | None = None
    sex: Sex = Sex.UNKNOWN
    life_stage: LifeStage = LifeStage.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One review. Species, sex and life stage come with a correction only; None leaves as is."""

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

    def applied(self, stands: Meaning, *, own: Meaning) -> Meaning:
        """Return what the box means after this word; `own` is the meaning that it had before anybody spoke.

        A confirmation confirms what stands, an earlier correction included; a rejection restores the own meaning.
        """
        if self.verdict is ReviewVerdict.REJECTED:
            return own
        return Meaning(
            species=stands.species if self.species is None else self.species,
            sex=stands.sex if self.sex is None else self.sex,
            life_stage=stands.life_stage if self.life_stage is None else self.life_stage,
        )


def standing(own: Meaning, said: Iterable[Word]) -> Meaning:
    """Return what a box means after the reviews that were not taken back, in their order."""
    meaning = own
    for word in said:
        meaning = word.applied(meaning, own=own)
    return meaning
