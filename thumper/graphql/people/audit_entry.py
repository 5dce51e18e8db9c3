"""Who did what: the audit, for owners."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

import strawberry

from thumper.graphql.relay.actor import Actor
from thumper.graphql.relay.field import field
from thumper.graphql.relay.node import Node
from thumper.graphql.relay.price import price
from thumper.graphql.relay.search_list import SearchList
from thumper.store import models
from thumper.store.requests.audit import MOST_RECORDS, AuditSearch


@strawberry.type(
    description="One thing that somebody did, or tried to: a mutation, a sign-in, a command on the machine itself that"
    " decides who may sign in. Entries are appended in the transaction of what was done, never changed, and removed"
    " after THUMPER_AUDIT_DAYS. They hold no secret and no text that somebody wrote."
)
class AuditEntry(Node):
    """Backed by `models.AuditEntry`."""

    row: ClassVar[type[Any]] = models.AuditEntry

    address: str = strawberry.field(
        description="The network address that it came from; empty for a command on the machine itself."
    )
    action: str = strawberry.field(
        description="The mutation by its name, such as createDeer, or what else was done: signIn, signOut, a command."
    )
    outcome: str = strawberry.field(
        description="OK when it was done, REPEATED when it had been done under the same idempotencyKey before, else the"
        " code of what kept it from being done."
    )
    record_count: int = strawberry.field(description="How many records it named or brought.")
    created_at: dt.datetime = strawberry.field(description="When it was done.")

    @field("Who did it, by the name that they had then; null for a request without a sign-in.")
    @staticmethod
    def actor(root: strawberry.Parent[models.AuditEntry]) -> Actor | None:
        return Actor(name=root.actor) if root.actor else None

    @field(
        f"Global ids of the first {MOST_RECORDS} records that it named or brought; some may be deleted since.",
        takes=price(items=MOST_RECORDS),
    )
    @staticmethod
    def record_ids(root: strawberry.Parent[models.AuditEntry]) -> list[strawberry.ID]:
        return [strawberry.ID(word) for word in root.records]


AUDIT_LIST: Final = SearchList(AuditSearch, "entries", usual="latest first")


@strawberry.type
class AuditQuery:
    """Queries for the audit."""

    audit_entries = AUDIT_LIST.field("Who did what, a page at a time.")
