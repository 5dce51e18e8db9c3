"""Taking a review back, and saying it again."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.photos.detection import Detection
from thumper.graphql.photos.review import Review
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.store import models
from thumper.store.deer import review_undo


@strawberry.input(description="Which review to take back.")
class UndoReviewInput:
    """Input of `undoReview`."""

    review_id: strawberry.ID = strawberry.field(
        description="The review; the one that stands of its detection."
    )


@strawberry.input(description="Which review to say again.")
class RedoReviewInput:
    """Input of `redoReview`."""

    review_id: strawberry.ID = strawberry.field(description="The review; one that was taken back.")


@strawberry.type(description="Answer of undoReview.")
class UndoReviewPayload(Payload):
    """The review and its detection, or the errors."""

    review: models.Review | None = strawberry.field(
        default=None,
        description="The review that was taken back; null when refused.",
        graphql_type=optional(Review),
    )
    detection: models.Detection | None = strawberry.field(
        default=None,
        description="The detection as it stands now; null when refused.",
        graphql_type=optional(Detection),
    )


@strawberry.type(description="Answer of redoReview.")
class RedoReviewPayload(Payload):
    """The review and its detection, or the errors."""

    review: models.Review | None = strawberry.field(
        default=None, description="The new review; null when refused.", graphql_type=optional(Review)
    )
    detection: models.Detection | None = strawberry.field(
        default=None,
        description="The detection as it stands now; null when refused.",
        graphql_type=optional(Detection),
    )


UndoInput: TypeAlias = Annotated[UndoReviewInput, strawberry.argument(description="The review to take back.")]
RedoInput: TypeAlias = Annotated[RedoReviewInput, strawberry.argument(description="The review to say again.")]


@strawberry.type
class ReviewUndoMutation:
    """Mutations that take reviews back."""

    @change(
        "Take back the review that stands of a detection. The word before it stands again, else what the model said;"
        " the review stays in the list, marked. Sightings are left alone. Refused with NOT_FOUND, INVALID,"
        " REVIEWED_SINCE when another review stands, DETECTION_ASSIGNED when a rejection would stand again of a box"
        " that is a known deer, IMAGE_SEEN_AS_EMPTY when one would not, or DETECTION_REMOVED."
    )
    @staticmethod
    async def undo_review(info: Info, input: UndoInput) -> UndoReviewPayload:
        review_id = decode(input.review_id, "Review")
        review, detection = await review_undo.undo(review_id, actor=info.context.actor.name)
        return UndoReviewPayload(review=review, detection=detection)

    @change(
        "Say again what a review said that was taken back: as a new review, by the person who asks. Refused with"
        " NOT_FOUND, INVALID when the review stands, and as reviewDetection."
    )
    @staticmethod
    async def redo_review(info: Info, input: RedoInput) -> RedoReviewPayload:
        review_id = decode(input.review_id, "Review")
        review, detection = await review_undo.redo(review_id, actor=info.context.actor.name)
        return RedoReviewPayload(review=review, detection=detection)
