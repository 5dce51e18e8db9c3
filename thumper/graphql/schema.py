"""Puts the nouns together, and nothing else."""

from __future__ import annotations

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from thumper.graphql.batch import BatchQuery
from thumper.graphql.batch_change import BatchMutation
from thumper.graphql.camera import CameraQuery
from thumper.graphql.clock_fix import ClockFixQuery
from thumper.graphql.clock_fix_change import ClockFixMutation, ClockFixPreviewQuery
from thumper.graphql.clock_suspects import ClockSuspectsQuery
from thumper.graphql.deer import DeerQuery
from thumper.graphql.deer_change import DeerMutation
from thumper.graphql.deployment import DeploymentQuery
from thumper.graphql.detection import DetectionQuery
from thumper.graphql.detector import DetectorQuery
from thumper.graphql.dump import DumpQuery
from thumper.graphql.dump_change import DumpMutation
from thumper.graphql.image import ImageQuery
from thumper.graphql.location import LocationQuery
from thumper.graphql.location_change import LocationMutation
from thumper.graphql.masking import Masking
from thumper.graphql.node import NodeQuery
from thumper.graphql.review_change import ReviewMutation
from thumper.graphql.scalar import SCALARS
from thumper.graphql.screening import Parsing, Validation
from thumper.graphql.sharing import SharingExecutor
from thumper.graphql.sighting_change import SightingMutation
from thumper.graphql.status import StatusQuery
from thumper.graphql.subscription import Subscription
from thumper.graphql.upload_change import UploadMutation
from thumper.graphql.user_error import USER_ERRORS


@strawberry.type(description="Everything that can be looked up. Looking changes nothing.")
class Query(
    NodeQuery,
    ImageQuery,
    DetectionQuery,
    DeerQuery,
    LocationQuery,
    CameraQuery,
    DeploymentQuery,
    DumpQuery,
    ClockFixQuery,
    ClockFixPreviewQuery,
    ClockSuspectsQuery,
    BatchQuery,
    DetectorQuery,
    StatusQuery,
):
    """The queries of all nouns."""


@strawberry.type(
    description="Everything that can be changed. Each change takes one input and answers with what it changed, or with"
    " errors that say why not."
)
class Mutation(
    LocationMutation,
    DeerMutation,
    SightingMutation,
    ReviewMutation,
    UploadMutation,
    BatchMutation,
    DumpMutation,
    ClockFixMutation,
):
    """The changes of all nouns."""


class ThumperSchema(strawberry.Schema):
    """A schema that leaves the logging of errors to `masking`, which knows the request."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here."""


schema = ThumperSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=USER_ERRORS,
    extensions=[Masking, Parsing, Validation],
    execution_context_class=SharingExecutor,
    config=StrawberryConfig(scalar_map=SCALARS),
)
"""The one schema of the process: types that look nodes up can belong to one only."""


def sdl() -> str:
    """Give the schema as text, ending with a line end."""
    return schema.as_str().rstrip("\n") + "\n"
