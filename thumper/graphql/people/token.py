"""Tokens of programs."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.domain.access import Scope
from thumper.graphql.context import Info
from thumper.graphql.people.person import person_of
from thumper.graphql.relay.field import field, lazy, optional
from thumper.graphql.relay.node import Node
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.access.credentials import scopes_of
from thumper.store.access.tokens import TokenSearch


@strawberry.type(description="What a program shows that asks for a person: `Authorization: Bearer thm_…`.")
class Token(Node):
    """Backed by `models.Token`."""

    row: ClassVar[type[Any]] = models.Token

    name: str = strawberry.field(description="What it is for, such as the program that has it.")
    created_at: dt.datetime = strawberry.field(description="When it was made.")
    expires_at: dt.datetime | None = strawberry.field(
        description="When it ends; null when it lasts until it is revoked."
    )
    last_used_at: dt.datetime | None = strawberry.field(
        description="When it was used last, within a minute; null when it never was."
    )
    revoked_at: dt.datetime | None = strawberry.field(
        description="When it was revoked; null when it was not."
    )

    @field(
        "What may be asked with it, as far as the role of its person allows it.",
        takes=price(items=FEW),
    )
    @staticmethod
    def scopes(root: strawberry.Parent[models.Token]) -> list[Scope]:
        return sorted(scopes_of(root.scopes), key=list(Scope).index)

    @field("Whose it is.", optional(lazy("Person")))
    @staticmethod
    @loaded
    def person(root: strawberry.Parent[models.Token], info: Info) -> Any:
        return person_of(root.person_id, info=info)


@strawberry.type
class TokenQuery:
    """Queries for tokens."""

    tokens = SearchList(
        TokenSearch, "tokens", everything="all, those that ended too", usual="the newest first"
    ).field("Tokens of all people, a page at a time; one's own are viewer.tokens.")
