"""Which review somebody saw of a detection when they said something of it, and what another person said meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.refusal import Refusal
from thumper.errors import RefusedError
from thumper.store.models import Review

Seen: TypeAlias = Mapping[UUID, UUID | None]
"""The review that was seen to stand, by detection; None where there was none."""


class ReviewedSinceError(Refusal, RefusedError):
    """Raised if another review stands than the one that is meant or was seen: `later` does."""

    def __init__(
        self,
        later: Review,
        *field: str,
        message: str = "The detection was reviewed again since. Take the later review back first.",
    ) -> None:
        super().__init__(message, *(field or ("review_id",)))
        self.later = later


async def unseen(transaction: BaseDBAsyncClient, seen: Seen) -> dict[UUID, Review]:
    """Return the review that stands of each detection where it is not the one that was seen.

    Where nothing stands any more there is none: a word is not said over anything.
    """
    if not seen:
        return {}
    rows = Review.filter(detection_id__in=list(seen), undone_at=None).using_db(transaction).order_by("id")
    latest = {row.detection_id: row for row in await rows}
    return {detection_id: row for detection_id, row in latest.items() if row.id != seen[detection_id]}


def over_another(later: Review | None, *, actor: str) -> ReviewedSinceError | None:
    """Return why a word cannot stand over a review that its person did not see; what is their own they know."""
    if later is None or later.actor == actor:
        return None
    return ReviewedSinceError(
        later,
        "detection_id",
        message=f"{later.actor} reviewed this detection since. Look at it again; to say something else now, give the"
        " later review as seenReviewId.",
    )
