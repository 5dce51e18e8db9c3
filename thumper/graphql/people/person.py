"""People who may sign in."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

import strawberry

from thumper.domain.access import Role
from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, optional
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.batch_loader import Load
from thumper.store import models
from thumper.store.access.people import PersonSearch
from thumper.store.postgres.guest_pool import as_everybody


@strawberry.type(description="Somebody who may sign in, or might once.")
class Person(Node):
    """Backed by `models.Person`."""

    row: ClassVar[type[Any]] = models.Person

    name: str = strawberry.field(
        description="By it they are known; unique among those who were not removed, whatever its case."
    )
    role: Role = strawberry.field(description="What they are to the ranch.")
    created_at: dt.datetime = strawberry.field(description="When they were invited.")
    removed_at: dt.datetime | None = strawberry.field(
        description="When they were removed; null while they may sign in."
    )


def person_of(person_id: UUID | None, *, info: Info) -> Load[UUID, Any] | None:
    """Return what loads the person who asks, or whose a session or token is: who may see that may see this.

    Guests see their own sessions and tokens, and no other people: these have nothing else that leads to a person.
    """
    with as_everybody():
        return related(person_id, "Person", info=info)


@strawberry.type
class PersonQuery:
    """Queries for people."""

    @field("The person with this id; null when there is none.", optional(Person))
    @staticmethod
    async def person(info: Info, id: RecordId) -> Any:
        return await find(id, "Person", info=info)

    people = SearchList(
        PersonSearch, "people", everything="all, those who were removed too", usual="by name"
    ).field("People, a page at a time.")
