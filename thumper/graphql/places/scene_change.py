"""Cameras that show another scene than before: asked about, and answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import field, lazy, optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.node import related
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.places import scenes

SENTENCE: Final = "From this photo on the camera shows another scene than before: was it moved?"
ADVICE: Final = (
    "If it hangs at another stand now, move its photos from this one on there (setLocation). Then say whether it was"
    " moved (answerSceneChange): nothing else depends on the answer."
)


@strawberry.type(
    description="A camera that stayed at its place by all that is known, and shows another scene: six photos in a row"
    " that show one scene, and not that of the 40 before, or ten of which nothing can be told. People are asked whether"
    " it was moved. Its first photo names it."
)
class SceneChange:
    """Backed by `models.SceneChange`."""

    created_at: dt.datetime = strawberry.field(description="When it was noticed.")
    moved: bool | None = strawberry.field(
        description="Whether the camera was moved, as people said; null while they are asked."
    )
    answered_at: dt.datetime | None = strawberry.field(
        description="When they said so; null while they are asked."
    )

    @field("The question, for people.")
    @staticmethod
    def sentence() -> str:
        return SENTENCE

    @field("What a person can do about it.")
    @staticmethod
    def what_to_do() -> str:
        return ADVICE

    @field("The first photo of the other scene.", lazy("Image"))
    @staticmethod
    @loaded
    def image(root: strawberry.Parent[models.SceneChange], info: Info) -> Any:
        return related(root.image_id, "Image", info=info)

    @field(
        "The last photo of the scene before; null when it was deleted.",
        optional(lazy("Image")),
    )
    @staticmethod
    @loaded
    def image_before(root: strawberry.Parent[models.SceneChange], info: Info) -> Any:
        return related(root.before_image_id, "Image", info=info)

    @field("The camera at its place.", lazy("Deployment"))
    @staticmethod
    @loaded
    def deployment(root: strawberry.Parent[models.SceneChange], info: Info) -> Any:
        return related(root.deployment_id, "Deployment", info=info)


@strawberry.input(description="Whether a camera was moved.")
class AnswerSceneChangeInput:
    """Input of `answerSceneChange`."""

    image_id: strawberry.ID = strawberry.field(description="The first photo of the other scene.")
    moved: bool | None = strawberry.field(
        default=None, description="Whether the camera was moved before this photo; null to be asked again."
    )


@strawberry.type(description="Answer of answerSceneChange.")
class AnswerSceneChangePayload(Payload):
    """The change of scene or the errors."""

    scene_change: models.SceneChange | None = strawberry.field(
        default=None,
        description="The change of scene as it is now; null when refused.",
        graphql_type=optional(SceneChange),
    )


AnswerInput: TypeAlias = Annotated[
    AnswerSceneChangeInput, strawberry.argument(description="The change of scene and the answer.")
]


@strawberry.type
class SceneChangeMutation:
    """The answer to what is asked."""

    @change(
        "Say whether a camera that shows another scene was moved; the last answer stands. Refused with NOT_FOUND."
    )
    @staticmethod
    async def answer_scene_change(input: AnswerInput) -> AnswerSceneChangePayload:
        answered = await scenes.answer(decode(input.image_id, "Image"), moved=input.moved)
        return AnswerSceneChangePayload(scene_change=answered)
