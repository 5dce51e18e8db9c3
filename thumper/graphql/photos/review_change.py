"""Reviewing detections."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.domain.review import Word
from thumper.graphql.context import Info
from thumper.graphql.photos.detection import Detection
from thumper.graphql.photos.review import Review
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode, placed
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.store import models
from thumper.store.deer import reviews

SEEN_REVIEW: Final = (
    "The latest review of it that they saw, null when they saw none: with this the word is not said over one of another"
    " person that they did not see. Left out, it is said over whatever stands."
)


def seen_in(detection_id: UUID, seen_review_id: str | None, *place: str) -> dict[UUID, UUID | None]:
    """Return which review was seen of a detection; nothing when that was left out. Raises BAD_ID."""
    if seen_review_id is strawberry.UNSET:
        return {}
    with placed("input", *place, "seenReviewId"):
        return {detection_id: None if seen_review_id is None else decode(seen_review_id, "Review")}


@strawberry.input(description="A person's word on a detection.")
class ReviewDetectionInput(Input):
    """Input of `reviewDetection`."""

    detection_id: strawberry.ID = strawberry.field(description="The detection.")
    verdict: ReviewVerdict = strawberry.field(description="The word.")
    species: str | None = strawberry.field(
        default=None,
        description="With CORRECTED: the right species of the list `allSpecies`, by its scientific name, such as"
        " Odocoileus virginianus, or its common name; what is left out stays.",
    )
    sex: Sex | None = strawberry.field(default=None, description="With CORRECTED: the right sex.")
    life_stage: LifeStage | None = strawberry.field(
        default=None, description="With CORRECTED: the right life stage."
    )
    note: str = defaulted("", "Free text.", kind=str)
    seen_review_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=SEEN_REVIEW)


@strawberry.type(description="Answer of reviewDetection.")
class ReviewDetectionPayload(Payload):
    """The review and detection, or the errors."""

    review: models.Review | None = strawberry.field(
        default=None, description="The review; null when refused.", graphql_type=optional(Review)
    )
    detection: models.Detection | None = strawberry.field(
        default=None,
        description="The detection as it stands now; null when refused.",
        graphql_type=optional(Detection),
    )


ReviewInput: TypeAlias = Annotated[
    ReviewDetectionInput, strawberry.argument(description="The detection and what is said of it.")
]


@strawberry.type
class ReviewMutation:
    """Mutations of reviews."""

    @change(
        "Confirm, correct or reject a detection. The review is appended and stands until the next one; no later run of"
        " a detector changes it. Refused with NOT_FOUND, INVALID, SPECIES_NOT_LISTED, DETECTION_ASSIGNED when a deer's"
        " box is rejected, IMAGE_SEEN_AS_EMPTY when another is not, DETECTION_REMOVED, or REVIEWED_SINCE."
    )
    @staticmethod
    async def review_detection(info: Info, input: ReviewInput) -> ReviewDetectionPayload:
        word = Word(
            verdict=input.verdict,
            species=input.species,
            sex=input.sex,
            life_stage=input.life_stage,
            note=input.note,
            actor=info.context.actor.name,
        )
        detection_id = decode(input.detection_id, "Detection")
        seen = seen_in(detection_id, input.seen_review_id)
        review, detection = await reviews.append(detection_id, word, seen=seen)
        return ReviewDetectionPayload(review=review, detection=detection)
