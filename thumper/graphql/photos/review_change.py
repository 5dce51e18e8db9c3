"""Reviewing detections: a person's word, appended."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.graphql.context import Info
from thumper.graphql.deer.sighting_change import obstacle_of
from thumper.graphql.photos.detection import Detection
from thumper.graphql.photos.review import Review
from thumper.graphql.relay.change import Payload, change, clean_name, clean_text
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.user_error import ChangeRefusedError, invalid, not_found
from thumper.store import models
from thumper.store.deer import reviews
from thumper.store.deer.reviews import Word
from thumper.store.deer.sightings import DetectionAssignedError, NoDetectionError


@strawberry.input(description="A person's word on a detection.")
class ReviewDetectionInput:
    """Input of `reviewDetection`."""

    detection_id: strawberry.ID = strawberry.field(description="The detection.")
    verdict: ReviewVerdict = strawberry.field(description="The word.")
    species: str | None = strawberry.field(
        default=None,
        description="With CORRECTED: the right species, such as Odocoileus virginianus; what is left out stays.",
    )
    sex: Sex | None = strawberry.field(default=None, description="With CORRECTED: the right sex.")
    life_stage: LifeStage | None = strawberry.field(
        default=None, description="With CORRECTED: the right life stage."
    )
    note: str = strawberry.field(default="", description="Free text.")


@strawberry.type(description="Answer of reviewDetection.")
class ReviewDetectionPayload(Payload):
    """Review and detection, or the errors."""

    review: models.Review | None = strawberry.field(
        default=None, description="The review; null when refused.", graphql_type=optional(Review)
    )
    detection: models.Detection | None = strawberry.field(
        default=None,
        description="The detection as it stands now; null when refused.",
        graphql_type=optional(Detection),
    )


def _word(input: ReviewDetectionInput, actor: str) -> Word:
    """Return the review as the store takes it; raise `ChangeRefusedError`."""
    corrections = (input.species, input.sex, input.life_stage)
    corrected = input.verdict is ReviewVerdict.CORRECTED
    if corrected and all(value is None for value in corrections):
        raise invalid("CORRECTED needs the right species, sex or life stage.", "verdict")
    if not corrected and any(value is not None for value in corrections):
        raise invalid("Species, sex and life stage are given with CORRECTED only.", "verdict")
    return Word(
        verdict=input.verdict,
        species=None if input.species is None else clean_name(input.species, "species"),
        sex=input.sex,
        life_stage=input.life_stage,
        note=clean_text(input.note, "note"),
        actor=actor,
    )


async def _review(input: ReviewDetectionInput, actor: str) -> tuple[models.Review, models.Detection]:
    detection_id = decode(input.detection_id, "Detection")
    try:
        return await reviews.append(detection_id, _word(input, actor))
    except NoDetectionError as error:
        raise not_found("detection", "detectionId") from error
    except DetectionAssignedError as error:
        raise ChangeRefusedError(obstacle_of(error)) from error


ReviewInput: TypeAlias = Annotated[
    ReviewDetectionInput, strawberry.argument(description="The detection and what is said of it.")
]


@strawberry.type
class ReviewMutation:
    """Reviewing."""

    @change(
        "Confirm, correct or reject a detection. The review is appended and stands until the next one; no later run of"
        " a detector changes it. Refused with NOT_FOUND, INVALID, or DETECTION_ASSIGNED when a deer's box is rejected."
    )
    @staticmethod
    async def review_detection(info: Info, input: ReviewInput) -> ReviewDetectionPayload:
        review, detection = await _review(input, info.context.actor.name)
        return ReviewDetectionPayload(review=review, detection=detection)
