"""A list that clients search, declared once: its rows, its filter fields, its orders.

From the declaration follow the SQL condition, here, and GraphQL's filter, order and page, in
`graphql/relay/search_list.py`. Knows no table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, Self, TypeVar
from zoneinfo import ZoneInfo

from tortoise.models import Model

from thumper.store.postgres import page
from thumper.store.postgres.page import Conditions, Cut, Key, Listing, Order, Page

M = TypeVar("M", bound=Model)

_FILTER: Final = "filter"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a filter field means: a description for clients, its SQL, and how a value is read, such as a name."""

    meaning: str
    sql: str
    otherwise: str
    read: Callable[[str], str] | None = None

    def add_to(self, conditions: Conditions, value: Any) -> None:
        """Add the condition that a value of the field makes."""
        value = value if self.read is None else self.read(value)
        sql = self.otherwise if value is False and self.otherwise else self.sql
        if sql:
            conditions.add(sql, *[value] * sql.count("{}"))


@dataclass(frozen=True, slots=True)
class AnyOf(Filter):
    """A filter field of several values; `sql` is the column that must have one of them, `otherwise` its type."""

    def add_to(self, conditions: Conditions, value: Any) -> None:
        """Add the condition; a single value is compared as such, so that an index can give the rows in order."""
        if len(value) == 1:
            conditions.add(f"{self.sql} = {{}}", value[0])
        else:
            conditions.add(f"{self.sql} = ANY({{}}::{self.otherwise}[])", list(value))


def any_of(meaning: str, column: str, *, kind: str) -> Any:
    """Declare a filter field of a search that is a tuple: rows are found that have any of its values in the column."""
    return dataclasses.field(default=None, metadata={_FILTER: AnyOf(meaning, column, kind)})


def where(
    meaning: str,
    sql: str = "",
    *,
    otherwise: str = "",
    read: Callable[[str], str] | None = None,
    default: Any = None,
) -> Any:
    """Declare a filter field of a search; each `{}` of the SQL stands for its value.

    False means `otherwise` where that is given. A field without SQL means something together with others,
    which the `conditions` of the search add. What `read` makes of a text is compared in its place.
    """
    return dataclasses.field(default=default, metadata={_FILTER: Filter(meaning, sql, otherwise, read)})


def without(meaning: str, column: str) -> Any:
    """Declare a filter field of a search: true finds rows with nothing in a column, false those with something."""
    return where(meaning, f"{column} IS NULL", otherwise=f"{column} IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Sort:
    """What a list can be ordered by, in both directions."""

    name: str
    meaning: str
    ascending: Order
    descending: Order


def sort(
    name: str, meaning: str, keys: tuple[Key, ...], *, names: tuple[str, str], absent: Key | None = None
) -> Sort:
    """Make both orders of a sort; `names`, ascending first, stand in the cursors of clients and never change.

    `absent` is true for rows without the value that is sorted by. They come last in either direction if a value less
    than any other stands in for it.
    """
    up, down = names
    rising = keys if absent is None else (absent, *keys)
    return Sort(name, meaning, Order(up, rising, descending=False), Order(down, keys, descending=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Generic[M]):
    """What rows of a list are looked for; a field that is None allows any value.

    A list is a subclass: its docstring tells clients what it finds, its fields are made by `where`. The first
    of the sorts is the usual one, in the direction that `descending` gives.
    """

    listing: ClassVar[Listing[Any]]
    sorts: ClassVar[tuple[Sort, ...]] = ()
    descending: ClassVar[bool] = False

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on its listing."""
        conditions = Conditions()
        self.add_to(conditions)
        return conditions

    def add_to(self, conditions: Conditions) -> None:
        """Add what each field means by itself."""
        for name, meant in filters(type(self)).items():
            value = getattr(self, name)
            if value is not None:
                meant.add_to(conditions, value)

    def at(self, server_zone: ZoneInfo) -> Self:  # none here knows local times
        """Return the same search on a server of that zone."""
        return self

    async def prepared(self) -> Conditions:
        """Return the search as SQL conditions, with what has to be read for them."""
        return self.conditions()

    async def count(self) -> int:
        """Count the rows that are found."""
        return await page.count(self.listing, await self.prepared())

    async def read(self, *, order: Order, cut: Cut) -> Page[M]:
        """Read one page of the rows that are found."""
        return await page.read_page(self.listing, await self.prepared(), order=order, cut=cut)


def filters(search: type[Search[Any]]) -> dict[str, Filter]:
    """Return the filter fields of a search, in the order of their declaration."""
    return {
        field.name: field.metadata[_FILTER]
        for field in dataclasses.fields(search)
        if _FILTER in field.metadata
    }
