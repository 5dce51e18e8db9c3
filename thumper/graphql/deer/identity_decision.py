"""What people decided about who is who."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

import strawberry

from thumper.domain.identity import IdentityVerdict
from thumper.graphql.context import Info
from thumper.graphql.relay.actor import acted
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import WITHHELD, field, lazy
from thumper.graphql.relay.node import Node, related
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.deer.identity_search import IdentityDecisionSearch

publish(
    IdentityVerdict,
    "A person's word on whether a box is a known deer.",
    {
        IdentityVerdict.IS: "It is this deer.",
        IdentityVerdict.IS_NOT: "It is not this deer; it may be another one.",
        IdentityVerdict.UNSURE: "It was looked at, and it cannot be told whether it is this deer.",
    },
)


@strawberry.type(
    description="A person's word on whether a box is a known deer. Decisions are appended, never overwritten; of those"
    " on one box and one deer the latest stands. A sighting is what follows from an IS that stands."
)
class IdentityDecision(Node):
    """Backed by `models.IdentityDecision`."""

    row: ClassVar[type[Any]] = models.IdentityDecision

    verdict: IdentityVerdict = strawberry.field(description="The word.")
    note: str | None = strawberry.field(description=f"Free text; empty when there is none. {WITHHELD}")
    actor = acted("Who decided it.")
    created_at: dt.datetime = strawberry.field(description="When it was decided.")

    @field("Whether it is the latest about its detection and its deer, so that it stands.")
    @staticmethod
    @loaded
    async def standing(root: strawberry.Parent[models.IdentityDecision], info: Info) -> bool:
        stands: bool = await info.context.loaders.standing_decisions.load(root.id)
        return stands

    @field("The deer.", lazy("Deer"))
    @staticmethod
    @loaded
    def deer(root: strawberry.Parent[models.IdentityDecision], info: Info) -> Any:
        return related(root.deer_id, "Deer", info=info)

    @field("The box.", lazy("Detection"))
    @staticmethod
    @loaded
    def detection(root: strawberry.Parent[models.IdentityDecision], info: Info) -> Any:
        return related(root.detection_id, "Detection", info=info)


DECISION_LIST: Final = SearchList(IdentityDecisionSearch, "decisions", usual="latest decided first")


@strawberry.type
class IdentityDecisionQuery:
    """Queries for decisions."""

    identity_decisions = DECISION_LIST.field("What people decided about who is who, a page at a time.")
