"""Declaring fields whose values are rows of the store.

A GraphQL type here is backed by a model: its resolvers receive the row as parent and return rows, and the GraphQL type
of the answer is named beside the description. Naming it by string, not by import, lets image and detection refer to
each other without their modules doing so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import GenericAlias
from typing import Any, Final, TypeVar

import strawberry
from strawberry.types.lazy_type import LazyType

from thumper.graphql.relay.argument_group import ArgumentGroup
from thumper.graphql.shared.answer_key import PERSONAL

R = TypeVar("R")

WITHHELD: Final = "Null when it is withheld from those who may not see it."
"""Ends the description of a field that may be kept from some of those who ask."""

_FOLDERS: Final = {
    "photos": ("Batch", "Deletion", "Detection", "Detector", "Image", "Review", "Species"),
    "deer": ("Deer", "IdentityDecision", "Sighting"),
    "places": ("Camera", "Deployment", "Location", "PropertyMap", "Relocation", "SceneChange"),
    "dumps": ("Dump", "File"),
    "clocks": ("ClockFix",),
    "people": ("AuditEntry", "Person", "Session", "Token"),
}
_FOLDER_OF: Final = {name: folder for folder, names in _FOLDERS.items() for name in names}


def lazy(name: str) -> Any:
    """Return the GraphQL type of that name, from the module of its noun: `Image` in `photos/image.py`."""
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return LazyType(name, f"thumper.graphql.{_FOLDER_OF[name]}.{module}")


def optional(kind: Any) -> Any:
    """Return the nullable form of a GraphQL type."""
    return kind | None if not isinstance(kind, LazyType) else _nullable(kind)


def _nullable(kind: Any) -> Any:
    from typing import Optional  # noqa: PLC0415  # LazyType has no `|`

    return Optional[kind]  # noqa: UP045


def listed(kind: Any) -> Any:
    """Return the list of a GraphQL type."""
    return GenericAlias(list, (kind,))


def field(
    description: str,
    kind: Any = None,
    *,
    personal: bool = False,
    groups: Sequence[ArgumentGroup] = (),
    takes: Mapping[str, Any] | None = None,
) -> Callable[[R], R]:
    """Make a resolver a field; `kind` is its GraphQL type when the annotation does not name it.

    A `personal` field depends on who asks, not only on their role and scopes. `takes` is its `price`, which every list
    without pages has.
    """
    metadata = {**({PERSONAL: True} if personal else {}), **(takes or {})}

    def declare(resolver: R) -> R:
        declared: R = strawberry.field(
            description=description, graphql_type=kind, metadata=metadata, extensions=list(groups)
        )(resolver)
        return declared

    return declare
