"""What people say of individuals: the status of a deer and the verdict of a review."""

from __future__ import annotations

from enum import StrEnum


class DeerStatus(StrEnum):
    """What became of a known deer."""

    ALIVE = "alive"
    HARVESTED = "harvested"
    DEAD = "dead"
    MISSING = "missing"


class ReviewVerdict(StrEnum):
    """A person's word on a detection."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REJECTED = "rejected"
