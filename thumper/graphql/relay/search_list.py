"""Lists that clients search: GraphQL's filter, order and pages, made from the declaration in the store."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from types import NoneType
from typing import Annotated, Any, Final, Generic, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.tools import create_type
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from thumper.graphql.context import Info
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.argument_group import ArgumentGroup
from thumper.graphql.relay.connection import Connection, Paging, paged
from thumper.graphql.relay.enumeration import Direction, publish
from thumper.graphql.relay.field import listed, optional
from thumper.graphql.relay.identity import decode, placed
from thumper.store.postgres.page import Cut, Order
from thumper.store.postgres.search import Search, filters

S = TypeVar("S", bound=Search[Any])

_NOUNS: Final = {"burst_image_id": "Image"}
"""Of which type an id is, where the name of the field says more than that."""

MOST_VALUES: Final = 100
"""Values that one filter field takes, as many as a page has items."""


class SearchList(Generic[S]):
    """A list of nodes: its arguments `where` and `orderBy`, and the search in the store that follows from them.

    A filter field `camera_id` is `cameraId` in the API: the id of a Camera; `camera_ids` are several of them. `checks`
    judge values, by field, where their type is not enough. What is left out and null are the same.
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

    def search(self, where: Any, *, zone: ZoneInfo) -> S:
        """Return the search that a filter asks for. Raises BAD_ID, and what the checks raise."""
        search = self._search() if where is None else self._read(**vars(where))
        return search.at(zone)

    @property
    def asked(self) -> ArgumentGroup:
        """The arguments `where` and `orderBy`, for the parameter `asked` of a resolver; see `asked_for`."""
        return ArgumentGroup("asked", self._arguments, Asked)

    def asked_for(self, asked: Asked, *, info: Info) -> tuple[S, Order]:
        """Return the search and the order that a client asks for. Raises BAD_ID, and what the checks raise."""
        return self.search(asked.where, zone=info.context.settings.zone), self._order(asked.order_by)

    def field(self, description: str) -> Any:
        """Make the field of the list."""

        def resolve(info: Info, asked: Asked, paging: Paging) -> Connection[Any]:
            search, order = self.asked_for(asked, info=info)
            cut = paging.cut(order)
            return Connection(
                order=order, cut=cut, read=partial(search.read, order=order, cut=cut), count=search.count
            )

        return paged(description, self._name, self.asked)(resolve)

    def field_below(
        self, description: str, connect: Callable[[Any, Info, S, Order, Cut], Connection[Any]]
    ) -> Any:
        """Make the field of the list below a record; `connect` reads that record's part of it through loaders."""

        def resolve(
            root: strawberry.Parent[Any], info: Info, asked: Asked, paging: Paging
        ) -> Connection[Any]:
            search, order = self.asked_for(asked, info=info)
            return connect(root, info, search, order, paging.cut(order))

        return paged(description, self._name, self.asked)(resolve)

    def _order(self, order_by: Any) -> Order:
        by, descending = self._search.sorts[0], self._search.descending
        if order_by is not None and order_by.field is not None:
            by = order_by.field.value
        if order_by is not None and order_by.direction is not None:
            descending = order_by.direction is Direction.DESC
        return by.descending if descending else by.ascending


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client gave as `where` and `orderBy`, as it came."""

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
    kinds = {name: _kind_of(hint) for name, hint in get_type_hints(search).items() if name in filters(search)}

    def read(**given: Any) -> S:
        values = {}
        for name, (one, many) in kinds.items():
            value = given.get(name)
            if value is None:
                continue  # as if it was left out
            each = partial(decode, type_name=_noun(name)) if one is UUID else checks.get(name, _as_given)
            values[name] = _read_each(each, value, name) if many else each(value)
        return search(**values)

    return read


def _read_each(each: Callable[[Any], Any], values: list[Any], name: str) -> tuple[Any, ...]:
    read = []
    for number, own in enumerate(_few(values, name)):
        with placed(to_camel_case(name), str(number)):
            read.append(each(own))
    return tuple(read)


def _few(values: list[Any], name: str) -> list[Any]:
    """Return the values of a filter field that takes several. Raises BAD_VALUE when there are too many."""
    if len(values) > MOST_VALUES:
        told = f"{to_camel_case(name)} has {len(values)} values; {MOST_VALUES} are the most. Ask for them in parts."
        raise bad_request("BAD_VALUE", told)
    return values


def _as_given(value: Any) -> Any:
    return value


def _declared(search: type[Search[Any]]) -> list[tuple[str, Any, str, Any]]:
    """Return name, type, description and default of each filter field in the API."""
    hints, meant = get_type_hints(search), filters(search)
    return [
        (own.name, _told(hints[own.name]), meant[own.name].meaning, own.default)
        for own in dataclasses.fields(search)
        if own.name in meant
    ]


def _kind_of(hint: Any) -> tuple[Any, bool]:
    """Return what a filter field takes, and whether it takes several: `tuple[UUID, ...] | None` → UUID, True."""
    parts = get_args(hint)
    kind = parts[0] if NoneType in parts else hint
    return (get_args(kind)[0], True) if get_origin(kind) is tuple else (kind, False)


def _told(hint: Any) -> Any:
    """Return the type of a filter field in the API; every one may be left out, and null."""
    one, many = _kind_of(hint)
    kind = strawberry.ID if one is UUID else one
    return optional(listed(kind) if many else kind)


def _noun(name: str) -> str:
    """Return the GraphQL type that a field refers to: `clock_fix_id` and `clock_fix_ids` → `ClockFix`."""
    return _NOUNS.get(name) or re.sub("_ids?$", "", name).title().replace("_", "")


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
        _field("field", optional(words), "What to order by.", words[search.sorts[0].name]),
        _field("direction", optional(Direction), "Which way.", way),
    ]
    return create_type(f"{name}Order", fields, is_input=True, description=f"Order of {plural}.")


def _field(name: str, kind: Any, description: str, default: Any) -> StrawberryField:
    return StrawberryField(name, None, StrawberryAnnotation(kind), description=description, default=default)
