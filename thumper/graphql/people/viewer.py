"""Who asks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry

from thumper.domain.access import Role, Scope
from thumper.graphql.context import Info
from thumper.graphql.people.person import Person, person_of
from thumper.graphql.people.session import Session
from thumper.graphql.people.token import Token
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.access import looks, sessions, tokens
from thumper.store.postgres.guest_pool import as_everybody


@strawberry.type(description="Who asks: a person in a browser, or a program that a person gave a token.")
class Viewer:
    """The `Actor` of the context."""

    name: str = strawberry.field(description="The name by which they are known.")
    role: Role = strawberry.field(description="What they are to the ranch.")
    scopes: list[Scope] = strawberry.field(
        description="What they may ask for: all that their role has, or what the token was given of it.",
        metadata=price(items=FEW),
    )

    @field("The person; null for the command line in its own process.", optional(Person), personal=True)
    @staticmethod
    @loaded
    def person(info: Info) -> Any:
        return person_of(info.context.actor.person_id, info=info)

    @field(
        "Their sessions that have not ended, the last used first.",
        listed(Session),
        personal=True,
        takes=price(items=FEW),
    )
    @staticmethod
    async def sessions(info: Info) -> list[models.Session]:
        own = info.context.actor.person_id
        with as_everybody():
            return [] if own is None else (await sessions.of_people([own]))[own]

    @field(
        "Their tokens that have not ended, the newest first.",
        listed(Token),
        personal=True,
        takes=price(items=FEW),
    )
    @staticmethod
    async def tokens(info: Info) -> list[models.Token]:
        own = info.context.actor.person_id
        with as_everybody():
            return [] if own is None else (await tokens.of_people([own]))[own]

    @field(
        "Until when they have seen what is new, as `recordLook` said; null while it never did. What came since is found"
        " with `arrivedAfter`.",
        personal=True,
    )
    @staticmethod
    async def last_looked_at(info: Info) -> dt.datetime | None:
        own = info.context.actor.person_id
        with as_everybody():
            return None if own is None else await looks.looked_at(own)

    @field(
        "An instant such that this answer holds everything that arrived before it; about a minute ago. Give it to"
        " `recordLook` when they have seen the answer."
    )
    @staticmethod
    async def as_of() -> dt.datetime | None:
        return await looks.as_of()


@strawberry.type
class ViewerQuery:
    """The query for who asks."""

    @field("Who asks.", personal=True)
    @staticmethod
    def viewer(info: Info) -> Viewer | None:
        actor = info.context.actor
        return Viewer(
            name=actor.name, role=actor.role, scopes=[each for each in Scope if each in actor.scopes]
        )
