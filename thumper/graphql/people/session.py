"""Browsers in which people have signed in."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.people.person import person_of
from thumper.graphql.relay.field import field, lazy, optional
from thumper.graphql.relay.node import Node
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.access.credentials import SESSION_DAYS
from thumper.store.access.sessions import SessionSearch


@strawberry.type(description="A browser in which a person has signed in.")
class Session(Node):
    """Backed by `models.Session`."""

    row: ClassVar[type[Any]] = models.Session

    created_at: dt.datetime = strawberry.field(description="When they signed in.")
    last_used_at: dt.datetime = strawberry.field(description="When it was used last, within a minute.")
    expires_at: dt.datetime = strawberry.field(
        description=f"When it ends unless it is used before; each use moves it to {SESSION_DAYS} days later."
    )
    user_agent: str = strawberry.field(description="What the browser called itself; empty when it did not.")
    revoked_at: dt.datetime | None = strawberry.field(
        description="When it was revoked, or they signed out; null when neither was done."
    )

    @field("Who signed in.", optional(lazy("Person")))
    @staticmethod
    @loaded
    def person(root: strawberry.Parent[models.Session], info: Info) -> Any:
        return person_of(root.person_id, info=info)

    @field("Whether it is the one with which this is asked.", personal=True)
    @staticmethod
    def current(root: strawberry.Parent[models.Session], info: Info) -> bool:
        return root.id == info.context.actor.credential_id


@strawberry.type
class SessionQuery:
    """Queries for sessions."""

    sessions = SearchList(
        SessionSearch, "sessions", everything="all, those that ended too", usual="the last used first"
    ).field("Sessions of all people, a page at a time; one's own are viewer.sessions.")
