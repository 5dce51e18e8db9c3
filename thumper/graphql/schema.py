"""The schema, composed of the nouns."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from thumper.graphql.clocks.clock_confirmation_change import ClockConfirmationMutation
from thumper.graphql.clocks.clock_fix import ClockFixQuery
from thumper.graphql.clocks.clock_fix_change import ClockFixMutation, ClockFixPreviewQuery
from thumper.graphql.clocks.clock_suspects import ClockSuspectsQuery
from thumper.graphql.deer.deer import DeerQuery
from thumper.graphql.deer.deer_change import DeerMutation
from thumper.graphql.deer.identity_change import IdentityMutation
from thumper.graphql.deer.identity_decision import IdentityDecisionQuery
from thumper.graphql.deer.sighting import SightingQuery
from thumper.graphql.dumps.dump import DumpQuery
from thumper.graphql.dumps.dump_change import DumpMutation
from thumper.graphql.dumps.upload_change import UploadMutation
from thumper.graphql.live.about import AboutQuery
from thumper.graphql.live.changes import ChangesQuery
from thumper.graphql.live.doctor import DoctorQuery
from thumper.graphql.live.status import StatusQuery
from thumper.graphql.live.subscription import Subscription
from thumper.graphql.people.audit_entry import AuditQuery
from thumper.graphql.people.look_change import LookMutation
from thumper.graphql.people.person import PersonQuery
from thumper.graphql.people.person_change import PersonMutation
from thumper.graphql.people.session import SessionQuery
from thumper.graphql.people.session_change import SessionMutation
from thumper.graphql.people.sign_in_link import SignInLinkQuery
from thumper.graphql.people.token import TokenQuery
from thumper.graphql.people.token_change import TokenMutation
from thumper.graphql.people.viewer import ViewerQuery
from thumper.graphql.photos.batch import BatchQuery
from thumper.graphql.photos.batch_change import BatchMutation
from thumper.graphql.photos.deletion import DeletionQuery
from thumper.graphql.photos.deletion_change import DeletionMutation, DeletionPreviewQuery
from thumper.graphql.photos.detection import DetectionQuery
from thumper.graphql.photos.detection_change import DetectionMutation
from thumper.graphql.photos.detector import DetectorQuery
from thumper.graphql.photos.empty_change import EmptyMutation
from thumper.graphql.photos.image import ImageQuery
from thumper.graphql.photos.image_neighbours import ImageNeighboursQuery
from thumper.graphql.photos.mark import TagQuery
from thumper.graphql.photos.mark_change import MarkMutation
from thumper.graphql.photos.review import ReviewQuery
from thumper.graphql.photos.review_change import ReviewMutation
from thumper.graphql.photos.review_many_change import ReviewManyMutation
from thumper.graphql.photos.review_undo_change import ReviewUndoMutation
from thumper.graphql.photos.species import SpeciesQuery
from thumper.graphql.photos.species_change import SpeciesMutation
from thumper.graphql.photos.species_count import SpeciesCountQuery
from thumper.graphql.places.camera import CameraQuery
from thumper.graphql.places.deployment import DeploymentQuery
from thumper.graphql.places.image_groups import ImageGroupsQuery
from thumper.graphql.places.location import LocationQuery
from thumper.graphql.places.location_change import LocationMutation
from thumper.graphql.places.property_map import PropertyMapQuery
from thumper.graphql.places.property_map_change import PropertyMapMutation
from thumper.graphql.places.relocation import RelocationQuery
from thumper.graphql.places.relocation_change import RelocationMutation, RelocationPreviewQuery
from thumper.graphql.places.scene_change import SceneChangeMutation
from thumper.graphql.relay.idempotency_key import add_to_inputs
from thumper.graphql.relay.node import NodeQuery
from thumper.graphql.relay.request_error_code import RequestErrorCode
from thumper.graphql.relay.scalar import SCALARS
from thumper.graphql.relay.user_error import USER_ERRORS
from thumper.graphql.request.error_formatting import ErrorFormatting
from thumper.graphql.request.guest_rows import GuestRows
from thumper.graphql.request.metered_execution import MeteredExecutor
from thumper.graphql.request.permission import Permission
from thumper.graphql.request.screening import Parsing, Validation
from thumper.graphql.shared.direct_resolvers import call_directly


@strawberry.type(description="Everything that can be looked up. Looking changes nothing.")
class Query(
    NodeQuery,
    ImageQuery,
    ImageNeighboursQuery,
    TagQuery,
    DetectionQuery,
    SpeciesQuery,
    SpeciesCountQuery,
    DeerQuery,
    IdentityDecisionQuery,
    ReviewQuery,
    SightingQuery,
    LocationQuery,
    CameraQuery,
    DeploymentQuery,
    PropertyMapQuery,
    RelocationQuery,
    RelocationPreviewQuery,
    DumpQuery,
    ClockFixQuery,
    ClockFixPreviewQuery,
    ClockSuspectsQuery,
    DeletionQuery,
    DeletionPreviewQuery,
    BatchQuery,
    DetectorQuery,
    StatusQuery,
    ImageGroupsQuery,
    ChangesQuery,
    AuditQuery,
    ViewerQuery,
    PersonQuery,
    SessionQuery,
    TokenQuery,
    SignInLinkQuery,
    DoctorQuery,
    AboutQuery,
):
    """The queries of all nouns."""


@strawberry.type(
    description="Everything that can be changed. Each change takes one input and answers with what it changed, or with"
    " errors that say why not."
)
class Mutation(
    LocationMutation,
    PropertyMapMutation,
    SceneChangeMutation,
    RelocationMutation,
    DeerMutation,
    IdentityMutation,
    SpeciesMutation,
    ReviewMutation,
    ReviewManyMutation,
    ReviewUndoMutation,
    DetectionMutation,
    EmptyMutation,
    MarkMutation,
    UploadMutation,
    BatchMutation,
    DumpMutation,
    ClockFixMutation,
    ClockConfirmationMutation,
    DeletionMutation,
    LookMutation,
    PersonMutation,
    SessionMutation,
    TokenMutation,
):
    """The changes of all nouns."""


class ThumperSchema(strawberry.Schema):
    """A schema that leaves the logging of errors to `error_formatting`, which knows the request.

    Every mutation takes an idempotency key.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        add_to_inputs(self._schema)
        call_directly(self)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here."""


schema = ThumperSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*USER_ERRORS, RequestErrorCode],
    extensions=[ErrorFormatting, GuestRows, Parsing, Validation, Permission],
    execution_context_class=MeteredExecutor,
    config=StrawberryConfig(scalar_map=SCALARS),
)
"""The one schema of the process: types that look nodes up can belong to only one."""


def sdl() -> str:
    """Return the schema as text, ending with a line end."""
    return schema.as_str().rstrip("\n") + "\n"
