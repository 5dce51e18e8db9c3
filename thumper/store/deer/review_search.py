"""Looking reviews up, of all detections together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from thumper.domain.animal import ReviewVerdict
from thumper.store.models import Review
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSearch(Search[Review]):
    """Which reviews, also those that a later one replaced; every field that is given must hold, an empty filter means
    all.
    """

    listing = whole_table(Review)
    sorts = (
        sort(
            "CREATED",
            "When it was said.",
            (Key("review.created_at", KeyKind.TIME), Key("review.id", KeyKind.ID)),
            names=("created-oldest", "created-newest"),
        ),
    )
    descending = True

    detection_id: UUID | None = where("Of this detection.", "review.detection_id = {}")
    image_id: UUID | None = where(
        "Of a detection on this image.",
        "review.detection_id IN (SELECT id FROM detection WHERE image_id = {})",
    )
    verdict: ReviewVerdict | None = where("With this verdict.", "review.verdict = {}")
    undone: bool | None = where(
        "Whether it was taken back; false finds those that were not, also those that a later one replaced.",
        "review.undone_at IS NOT NULL",
        otherwise="review.undone_at IS NULL",
    )
    created_after: dt.datetime | None = where("Said at this instant or later.", "review.created_at >= {}")
    created_before: dt.datetime | None = where("Said before this instant.", "review.created_at < {}")
