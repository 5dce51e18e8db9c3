"""Leaves of rows: values without arguments or waiting, read of one row, or of all rows of a list in one go."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import cache
from types import NoneType
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLID,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
)
from graphql.pyutils import Undefined
from strawberry.types.field import StrawberryField

from thumper.graphql.shared.direct_resolvers import DECLARED
from thumper.graphql.shared.together import waits

_FINISHED: Final[dict[Any, type]] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Types that are written as they are when a value is exactly of this Python type."""
_TYPE_NAME: Final = "__typename"


class Leaf:
    """How a leaf is read of rows. Both ways raise anything where graphql-core has to look."""

    __slots__ = ("_finished", "_get", "_nullable", "_write")

    def __init__(self, kind: Any, get: Callable[[Any], Any]) -> None:
        inner: Any = get_nullable_type(kind)
        self._get = get
        self._write = inner.coerce_output_value
        self._nullable = not is_non_null_type(kind)
        self._finished = {_FINISHED[inner]} if inner in _FINISHED else set()
        if self._finished and self._nullable:
            self._finished.add(NoneType)

    def read(self, source: Any) -> Any:
        """Return the finished value of one row."""
        return self._written(self._get(source))

    def column(self, sources: Sequence[Any]) -> list[Any]:
        """Return the finished value of each row."""
        values = list(map(self._get, sources))
        if self._finished.issuperset(map(type, values)):
            return values
        write, nullable = self._write, self._nullable
        written = [None if value is None and nullable else write(value) for value in values]
        for value, original in zip(written, values, strict=True):
            if value is Undefined or (value is None and not (nullable and original is None)):
                raise ValueError(original)
        return written

    def _written(self, value: Any) -> Any:
        if value is None and self._nullable:
            return None
        written = self._write(value)
        if written is None or written is Undefined:
            raise ValueError(value)
        return written


NULL: Final = Leaf(GraphQLString, lambda _source: None)
"""What is read in place of a field that is withheld."""


@cache  # as many as the schema has fields
def leaf_of(parent_type: GraphQLObjectType, name: str) -> Leaf | None:
    """Return how a plain field is read; None for any other."""
    if name == _TYPE_NAME:
        return Leaf(GraphQLString, lambda _source: parent_type.name)
    declared = parent_type.fields.get(name)
    if declared is None:
        return None
    own = declared.extensions.get(DECLARED)
    if (
        declared.args
        or not is_leaf_type(get_nullable_type(declared.type))
        or not isinstance(own, StrawberryField)
    ):
        return None
    get = _getter(own)
    return None if get is None else Leaf(declared.type, get)


def _getter(own: StrawberryField) -> Callable[[Any], Any] | None:
    """Return what reads the value of a field of a row, unless it needs more than the row or has to wait."""
    resolver = own.base_resolver
    if own.extensions or waits(own):
        return None
    if resolver is None:
        return operator.attrgetter(own.python_name)
    if len(resolver.signature.parameters) != 1 or resolver.info_parameter is not None or resolver.arguments:
        return None
    get: Callable[[Any], Any] = resolver.wrapped_func  # type: ignore[assignment]  # bound to its class by now
    return get


@cache  # as many as the schema has types of leaves
def leaf_of_values(kind: GraphQLLeafType) -> Leaf:
    """Return how values are finished that a resolver has brought, none of them null."""
    return Leaf(GraphQLNonNull(kind), _as_it_is)


def _as_it_is(value: Any) -> Any:
    return value
