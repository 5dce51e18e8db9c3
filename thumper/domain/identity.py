"""Which box is which deer: what a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from thumper.domain.entered_text import clean_text
from thumper.domain.refusal import InvalidValueError

MOST_BOXES: Final = 100
"""Boxes of one decision: more than a burst has, and as many as a page of a list."""


class IdentityVerdict(StrEnum):
    """A person's word on whether a box is a deer."""

    IS = "is"
    IS_NOT = "is_not"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """One decision about boxes of which each is the deer, or none is, or it cannot be told of any."""

    detection_ids: Sequence[UUID]
    deer_id: UUID
    verdict: IdentityVerdict
    note: str = ""
    actor: str

    def checked(self) -> Self:
        """Return the decision as it can be stored; raise `InvalidValueError`."""
        count = len(self.detection_ids)
        if not 1 <= count <= MOST_BOXES:
            raise InvalidValueError(
                f"A decision is about 1 to {MOST_BOXES} boxes; this one names {count}.", "detection_ids"
            )
        for place, detection_id in enumerate(self.detection_ids):
            if detection_id in self.detection_ids[:place]:
                raise InvalidValueError(
                    "This box is named twice. Name each box once.", "detection_ids", str(place)
                )
        return replace(self, note=clean_text(self.note, "note"))

    def repeats(self, verdict: IdentityVerdict | None, note: str) -> bool:
        """Return whether nothing is new in it beside the decision that stands, None for none."""
        return self.verdict is verdict and self.note in {"", note}
