"""Lists that clients search: GraphQL's filter, order and pages, made from the declaration in the store."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from typing import Annotated, Any, Generic, TypeVar, get_type_hints
from uuid import UUID

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.tools import create_type
from strawberry.types.field import StrawberryField

from thumper.graphql.context import Info
from thumper.graphql.relay.argument_group import ArgumentGroup
from thumper.graphql.relay.connection import Connection, Paging, paged
from thumper.graphql.relay.enumeration import Direction, publish
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode_given
from thumper.store.postgres.page import Cut, Order
from thumper.store.postgres.search import Search, filters

S = TypeVar("S", bound=Search[Any])


class SearchList(Generic[S]):
    """A list of nodes: its arguments `where` and `orderBy`, and the search in the store that follows from them.

    A filter field `camera_id` is `camera` in the API: the id of a Camera. `checks` judge values, by field,
    where their type is not enough.
    """

    def __init__(
        self,
        search: type[S],
        plural: str,
        *,
        everything: str = "all",
        usual: str = "",
        checks: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> None:
        self._search = search
        self._name = search.listing.model.__name__
        self._read = _reader(search, checks or {})
        self._arguments: dict[str, Any] = {}
        if filters(search):
            self.where = strawberry.argument(
                description=f"Which {plural}; {everything} when left out.",
                graphql_type=optional(_filter_input(search, self._name)),
            )
            self._arguments["where"] = Annotated[Any, self.where]
        if search.sorts:
            order_by = strawberry.argument(description=f"Their order; {usual} when left out.")
            self._arguments["order_by"] = Annotated[
                optional(_order_input(search, self._name, plural)), order_by
            ]

    def search(self, where: Any) -> S:
        """Return the search that a filter asks for. Raises BAD_ID, and what the checks raise."""
        return self._search() if where is None else self._read(**vars(where))

    def page(self, where: Any, order: Order, paging: Paging) -> Connection[Any]:
        """Return a page of what a filter finds."""
        cut = paging.cut(order)
        search = self.search(where)
        return Connection(
            order=order, cut=cut, read=partial(search.read, order=order, cut=cut), count=search.count
        )

    def field(self, description: str) -> Any:
        """Make the field of the list."""

        def resolve(asked: _Asked, paging: Paging) -> Connection[Any]:
            return self.page(asked.where, self._order(asked.order_by), paging)

        return paged(description, self._name, ArgumentGroup("asked", self._arguments, _Asked))(resolve)

    def field_below(
        self, description: str, connect: Callable[[Any, Info, S, Order, Cut], Connection[Any]]
    ) -> Any:
        """Make the field of the list below a record; `connect` reads that record's part of it through loaders."""

        def resolve(
            root: strawberry.Parent[Any], info: Info, asked: _Asked, paging: Paging
        ) -> Connection[Any]:
            order = self._order(asked.order_by)
            return connect(root, info, self.search(asked.where), order, paging.cut(order))

        return paged(description, self._name, ArgumentGroup("asked", self._arguments, _Asked))(resolve)

    def _order(self, order_by: Any) -> Order:
        usual, descending = self._search.sorts[0], self._search.descending
        if order_by is not None:
            usual, descending = order_by.field.value, order_by.direction is Direction.DESC
        return usual.descending if descending else usual.ascending


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    where: Any = None
    order_by: Any = None


def filter_arguments(
    search: type[Search[Any]], checks: Mapping[str, Callable[[Any], Any]] | None = None
) -> ArgumentGroup:
    """Make each filter field an argument, as in a `SearchList`; the resolver takes the search as `search`."""
    declared = _declared(search)
    kinds = {
        name: Annotated[kind, strawberry.argument(description=meaning)] for name, kind, meaning, _ in declared
    }
    defaults = {name: default for name, _, _, default in declared}
    return ArgumentGroup("search", kinds, _reader(search, checks or {}), defaults=defaults)


def _reader(search: type[S], checks: Mapping[str, Callable[[Any], Any]]) -> Callable[..., S]:
    """Return a function that makes the search from what a client gave, by the names in the API."""
    references = _references(search)
    reads: dict[str, Callable[[Any], Any]] = dict(checks)
    reads |= {name: partial(decode_given, type_name=_noun(name)) for name in references}
    names = {name: _short(name) if name in references else name for name in filters(search)}

    def read(**given: Any) -> S:
        values = {name: given[told] for name, told in names.items() if told in given}
        return search(
            **{name: reads[name](value) if name in reads else value for name, value in values.items()}
        )

    return read


def _declared(search: type[Search[Any]]) -> list[tuple[str, Any, str, Any]]:
    """Return name, type, description and default of each filter field in the API."""
    hints, references, meant = get_type_hints(search), _references(search), filters(search)
    return [
        (_short(own.name), optional(strawberry.ID), meant[own.name].meaning, own.default)
        if own.name in references
        else (own.name, hints[own.name], meant[own.name].meaning, own.default)
        for own in dataclasses.fields(search)
    ]


def _references(search: type[Search[Any]]) -> set[str]:
    return {name for name, hint in get_type_hints(search).items() if hint == UUID | None}


def _short(name: str) -> str:
    return name.removesuffix("_id")


def _noun(name: str) -> str:
    """Return the GraphQL type that a field refers to: `clock_fix_id` → `ClockFix`."""
    return _short(name).title().replace("_", "")


def _filter_input(search: type[Search[Any]], name: str) -> Any:
    """Make the input type of `where`."""
    fields = [_field(*declared) for declared in _declared(search)]
    description = " ".join((search.__doc__ or "").split())
    return create_type(f"{name}Filter", fields, is_input=True, description=description)


def _order_input(search: type[Search[Any]], name: str, plural: str) -> Any:
    """Make the input type of `orderBy`, with the enum of what the list can be ordered by."""
    enum: Any = Enum  # mypy takes no name that is made at run time
    words = enum(f"{name}OrderField", {sort.name: sort for sort in search.sorts})
    publish(words, f"What {plural} can be ordered by.", {word: word.value.meaning for word in words})
    way = Direction.DESC if search.descending else Direction.ASC
    fields = [
        _field("field", words, "What to order by.", words[search.sorts[0].name]),
        _field("direction", Direction, "Which way.", way),
    ]
    return create_type(f"{name}Order", fields, is_input=True, description=f"Order of {plural}.")


def _field(name: str, kind: Any, description: str, default: Any) -> StrawberryField:
    return StrawberryField(name, None, StrawberryAnnotation(kind), description=description, default=default)
