"""What clients may ask of the confidence of boxes, of images and in lists alike."""

from __future__ import annotations

from thumper.domain.detection import STORAGE_FLOOR
from thumper.graphql.refusal import bad_request


def confidence(value: float | None) -> float | None:
    """Return the confidence if it is one that boxes are stored with. Raises BAD_CONFIDENCE."""
    if value is not None and not STORAGE_FLOOR <= value <= 1:
        raise bad_request(
            "BAD_CONFIDENCE",
            f"minConfidence is {value:g}; it must be {STORAGE_FLOOR} to 1, as no box below is stored.",
        )
    return value
