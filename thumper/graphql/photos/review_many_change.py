"""Reviewing many detections in one request."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.domain.review import MOST_WORDS, Word
from thumper.graphql.context import Info
from thumper.graphql.photos.detection import Detection
from thumper.graphql.photos.review import Review
from thumper.graphql.photos.review_change import SEEN_REVIEW, seen_in
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import listed, optional
from thumper.graphql.relay.identity import decode, placed
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.graphql.relay.price import price
from thumper.store import models
from thumper.store.deer import reviews


@strawberry.input(description="A person's word on one of many detections.")
class ReviewItemInput(Input):
    """One item of `ReviewDetectionsInput`."""

    detection_id: strawberry.ID = strawberry.field(description="The detection; each at most once.")
    verdict: ReviewVerdict = strawberry.field(description="The word.")
    species: str | None = strawberry.field(
        default=None,
        description="With CORRECTED: the right species, such as Odocoileus virginianus; what is left out stays.",
    )
    sex: Sex | None = strawberry.field(default=None, description="With CORRECTED: the right sex.")
    life_stage: LifeStage | None = strawberry.field(
        default=None, description="With CORRECTED: the right life stage."
    )
    note: str = defaulted("", "Free text.", kind=str)
    seen_review_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=SEEN_REVIEW)


@strawberry.input(description="People's words on many detections.")
class ReviewDetectionsInput:
    """Input of `reviewDetections`."""

    items: list[ReviewItemInput] = strawberry.field(
        description="The words, 1 to 500, of different detections."
    )


@strawberry.type(description="Answer of reviewDetections.")
class ReviewDetectionsPayload(Payload):
    """The reviews and detections, or the errors."""

    reviews: list[models.Review] | None = strawberry.field(
        default=None,
        description="The reviews, in the order of the items; null when refused.",
        graphql_type=optional(listed(Review)),
        metadata=price(items=MOST_WORDS),
    )
    detections: list[models.Detection] | None = strawberry.field(
        default=None,
        description="The detections as they stand now, in the order of the items; null when refused.",
        graphql_type=optional(listed(Detection)),
        metadata=price(items=MOST_WORDS),
    )


ManyInput: TypeAlias = Annotated[
    ReviewDetectionsInput, strawberry.argument(description="The detections and what is said of them.")
]


@strawberry.type
class ReviewManyMutation:
    """Mutations of many reviews."""

    @change(
        "Confirm, correct or reject many detections, as reviewDetection does one: all, or none when one is refused."
        ' Each that is refused has an error with its place, such as ["input", "items", "3", "verdict"]. Refused with'
        " INVALID, and as reviewDetection."
    )
    @staticmethod
    async def review_detections(info: Info, input: ManyInput) -> ReviewDetectionsPayload:
        actor = info.context.actor.name
        said = [_said(item, number, actor=actor) for number, item in enumerate(input.items)]
        seen: dict[UUID, UUID | None] = {}
        for number, (item, (detection_id, _)) in enumerate(zip(input.items, said, strict=True)):
            seen |= seen_in(detection_id, item.seen_review_id, "items", str(number))
        done = await reviews.append_all(said, seen=seen)
        return ReviewDetectionsPayload(
            reviews=[review for review, _ in done], detections=[detection for _, detection in done]
        )


def _said(item: ReviewItemInput, number: int, *, actor: str) -> tuple[UUID, Word]:
    with placed("input", "items", str(number), "detectionId"):
        detection_id = decode(item.detection_id, "Detection")
    return detection_id, Word(
        verdict=item.verdict,
        species=item.species,
        sex=item.sex,
        life_stage=item.life_stage,
        note=item.note,
        actor=actor,
    )
