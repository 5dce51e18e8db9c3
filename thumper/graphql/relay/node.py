"""Objects with a global id, and queries for them by that id."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, ClassVar, Final, TypeAlias
from uuid import UUID

import strawberry

import thumper.graphql.relay.enumeration  # noqa: F401  # enums must be published before a type names one
from thumper.graphql.access.permissions import Permissions
from thumper.graphql.context import Info
from thumper.graphql.loaders import ROWS
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.identity import decode, encode, placed, split
from thumper.graphql.relay.price import price
from thumper.graphql.shared.batch_loader import Load
from thumper.store import models

MOST_NODES = 100
"""Ids that `nodes` takes at a time."""

RecordId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="Global id of the record.")]
RecordIds: TypeAlias = Annotated[
    list[strawberry.ID], strawberry.argument(description="Global ids of the records, 100 at most.")
]


@strawberry.interface(description="A record with a global id.")
class Node:
    """Relay's node; each type is backed by the model that is its `row`."""

    row: ClassVar[type[Any]]

    @field("Opaque id, unique across all types, such as SW1hZ2U6MDE5Mm…; valid for good.")
    @staticmethod
    def id(root: strawberry.Parent[Any]) -> strawberry.ID:
        return encode(type(root).__name__, root.id)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Return whether a row belongs to this type."""
        return isinstance(value, cls.row)


_NO_NODES: Final = {models.SceneChange.__name__, models.Source.__name__}
"""Rows of which clients know no id."""


async def find(word: str, type_name: str, *, info: Info) -> Any:
    """Return the row of that type and id, None when there is none. Raises BAD_ID."""
    return await info.context.loaders.rows[type_name].load(decode(word, type_name))


def related(uuid: UUID | None, type_name: str, *, info: Info) -> Load[UUID, Any] | None:
    """Return what loads the row that another row refers to, None when it refers to none."""
    return None if uuid is None else info.context.loaders.rows[type_name].wanted(uuid)


def _named(word: str, permissions: Permissions) -> tuple[str, UUID]:
    """Return type and UUID of an id of whatever type that clients know. Raises BAD_ID, FORBIDDEN."""
    name, uuid = split(word)
    if name not in ROWS or name in _NO_NODES:
        raise bad_request("BAD_ID", f"{word!r} is the id of a {name}, which is no type of Thumper.")
    if not permissions.may_look_up(name):  # whether there is one is no answer, either
        raise permissions.refusal_of_node(name)
    return name, uuid


@strawberry.type
class NodeQuery:
    """Queries by global id."""

    @field("The record with this id, of whatever type; null when there is none.", optional(Node))
    @staticmethod
    async def node(info: Info, id: RecordId) -> Any:
        name, uuid = _named(id, info.context.permissions)
        return await info.context.loaders.rows[name].load(uuid)

    @field(
        "The records with these ids, in the same order; null for each that does not exist.",
        optional(listed(optional(Node))),
        takes=price(items_of="ids"),
    )
    @staticmethod
    async def nodes(info: Info, ids: RecordIds) -> list[Any]:
        if len(ids) > MOST_NODES:
            raise bad_request(
                "PAGE_TOO_LARGE", f"{len(ids)} ids were given; nodes takes {MOST_NODES} at a time."
            )
        named = []
        for number, word in enumerate(ids):
            with placed("ids", str(number)):
                named.append(_named(word, info.context.permissions))
        return await asyncio.gather(*(info.context.loaders.rows[name].load(uuid) for name, uuid in named))
