"""What is executed on one level of a list: its fields, and the objects that are to be completed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from thumper.graphql.shared.direct_resolvers import DECLARED, DirectResolver
from thumper.graphql.shared.leaf import Leaf
from thumper.graphql.shared.together import is_loaded, waits


@dataclass(slots=True)
class Step:
    """A field of all objects."""

    name: str
    details: Any
    declared: GraphQLField
    resolver: DirectResolver | None
    """None for an attribute of the object."""
    waits: bool
    kind: Any
    """The type of its objects; None for leaves."""
    is_list: bool


@dataclass(slots=True)
class Level:
    """How the fields of one selection are executed for all objects of one type."""

    details: Any
    """Kept, so that no other gets its id."""
    kind: GraphQLObjectType
    names: list[str]
    plain: list[tuple[str, Any, Leaf]]
    steps: list[Step]
    others: dict[str, Any]
    is_regular: bool | None = None
    """Whether nothing below is among the others; None until somebody asks."""


@dataclass(slots=True)
class Slot:
    """An object that is to be completed: its place, and the place of its values in the answer."""

    source: Any
    path: Path
    values: dict[str, Any]
    error: Exception | None = None
    """Why it is none."""


class ObjectList:
    """A list that is to be completed."""

    __slots__ = ("_details", "_executor", "_info", "_item_type", "_items", "slots")

    def __init__(
        self, executor: Any, item_type: Any, details: Any, info: Any, path: Path, items: list[Any]
    ) -> None:
        self._executor = executor
        self._item_type = item_type
        self._details = details
        self._info = info
        self._items = [Slot(item, Path(path, number, None), {}) for number, item in enumerate(items)]
        self.slots = [slot for slot in self._items if is_object(slot.source)]
        """The items that are objects."""

    def ended(self) -> list[Any]:
        """Return the answer when the slots are filled; raises the error that leaves none."""
        return [self._item(slot) for slot in self._items]

    def _item(self, slot: Slot) -> Any:
        executor = self._executor
        if slot.error is None and is_object(slot.source):
            return slot.values
        try:
            if slot.error is not None:
                raise slot.error
            return executor.complete_value(
                self._item_type, self._details, self._info, slot.path, slot.source, None
            )
        except Exception as error:  # noqa: BLE001  # graphql-core words it
            executor.handle_field_error(error, self._item_type, self._details, slot.path)
            return None


def is_object(value: Any) -> bool:
    """Return whether a value is neither null nor an error."""
    return value is not None and not isinstance(value, Exception)


def is_promised(step: Step, value: Any) -> bool:
    """Return whether a value is an object, or a list, as its type promises."""
    return isinstance(value, list) if step.is_list else is_object(value)


def step_of(parent: GraphQLObjectType, name: str, details: Any) -> Step | None:
    """Return how a field is executed for all objects at once; None if that is left to graphql-core."""
    known = _known(parent, details[0].node.name.value)
    return None if known is None else Step(name, details, *known)


@cache  # as many as the schema has fields
def _known(
    parent: GraphQLObjectType, field_name: str
) -> tuple[GraphQLField, DirectResolver | None, bool, Any, bool] | None:
    """Return what the schema says of a step, in the order of its attributes."""
    declared = parent.fields.get(field_name)
    own = declared.extensions.get(DECLARED) if declared is not None else None
    if declared is None or not isinstance(own, StrawberryField):
        return None
    resolver = declared.resolve
    known = resolver if isinstance(resolver, DirectResolver) else None
    if known is None and (own.base_resolver is not None or own.extensions):
        return None
    if waits(own) and not is_loaded(own):
        return None
    kind: Any = get_nullable_type(declared.type)
    is_list = is_list_type(kind)
    if is_list:
        kind = get_nullable_type(kind.of_type)
    if is_leaf_type(kind):
        kind = None
    elif not is_object_type(kind):
        return None
    return declared, known, waits(own), kind, is_list
