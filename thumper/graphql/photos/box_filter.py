"""Which boxes of an image are asked for: arguments that images and detections share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.domain.detection import STORAGE_FLOOR
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.identity import decode_given
from thumper.store.images.detections import BoxFilter

MinConfidence: TypeAlias = Annotated[
    float | None,
    strawberry.argument(
        description="All boxes of at least this confidence, 0.05 to 1, hidden classes too, instead of those above "
        "their class's own threshold."
    ),
]
DetectorArgument: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Boxes of this detector instead of the current one."),
]
Rejected: TypeAlias = Annotated[
    bool, strawberry.argument(description="Whether boxes that a person rejected are among them.")
]
Duplicates: TypeAlias = Annotated[
    bool,
    strawberry.argument(
        description="Whether boxes that overlap a more confident one are among them; `duplicateOf` marks them."
    ),
]


def box_filter(
    min_confidence: float | None, detector: str | None, *, rejected: bool, duplicates: bool
) -> BoxFilter:
    """Return the arguments as the store takes them. Raises BAD_ID, BAD_CONFIDENCE."""
    return BoxFilter(
        min_confidence=confidence(min_confidence),
        detector_id=decode_given(detector, "Detector"),
        rejected=rejected,
        duplicates=duplicates,
    )


def confidence(value: float | None) -> float | None:
    """Return the confidence if it is one that boxes are stored with. Raises BAD_CONFIDENCE."""
    if value is not None and not STORAGE_FLOOR <= value <= 1:
        raise bad_request(
            "BAD_CONFIDENCE",
            f"minConfidence is {value:g}; it must be {STORAGE_FLOOR} to 1, as no box below is stored.",
        )
    return value
