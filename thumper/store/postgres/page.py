"""Pages of a list by key: rows after or before a position, never an offset that shifts under the reader.

A position is the tuple of a row's sort values, its id last, so that rows are neither skipped nor shown twice when
others arrive between two pages. Knows no table: a `Listing` says where rows come from.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from tortoise.models import Model

from thumper.store.postgres.connect import client
from thumper.store.postgres.hydration import hydrate

M = TypeVar("M", bound=Model)

Position: TypeAlias = tuple[Any, ...]
"""Sort values of one row, as many as its order has keys."""


class KeyKind(StrEnum):
    """PostgreSQL type of a sort value."""

    TIME = "timestamptz"
    ID = "uuid"
    NUMBER = "float8"
    COUNT = "bigint"
    FLAG = "boolean"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Key:
    """One sort value: an SQL expression that is never NULL."""

    sql: str
    kind: KeyKind


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: all keys in one direction, the last of them unique."""

    name: str
    keys: tuple[Key, ...]
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[M]):
    """Where the rows of a list come from.

    `source` is what follows FROM; its table of `model` has the alias `alias`. `parent` is the SQL expression
    of the id by which `read_pages` divides rows; `indexed` are the names of orders in which an index has the rows of
    one parent. Columns in `without` are not read: those that are large and never shown.
    """

    model: type[M]
    alias: str
    source: str
    parent: str = ""
    indexed: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    @property
    def columns(self) -> str:
        """The columns of the model, for SELECT."""
        return _selected(self.model, self.alias, self.without)

    async def read(self, sql: str, values: Sequence[Any]) -> list[M]:
        """Run a query that selects `columns`, and return its rows."""
        _, records = await client().execute_query(sql, list(values))
        return hydrate(self.model, records)

    async def read_with(
        self, beside: Sequence[str], sql: str, values: Sequence[Any]
    ) -> list[tuple[M, tuple[Any, ...]]]:
        """Run a query that selects `columns` and those named in `beside`; return its rows with the values of these."""
        rows = await self.read(sql, values)
        told = [map(operator.attrgetter(name), rows) for name in beside]
        return list(zip(rows, zip(*told, strict=True), strict=True))


@functools.cache  # as many as there are lists
def _selected(model: type[Model], alias: str, without: frozenset[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in _columns(model) if name not in without)


@functools.cache
def _columns(model: type[Model]) -> list[str]:
    """Return the names of a table's columns, those of relations included once the ORM has started."""
    told = model.describe(serializable=False)
    return [column["db_column"] for column in (told["pk_field"], *told["data_fields"])]


@dataclass(slots=True)
class Conditions:
    """Clauses joined by AND, with their parameters."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, clause: str, *values: Any) -> None:
        """Add a clause in which each `{}` stands for one of the values."""
        self.clauses.append(clause.format(*(self.hold(value) for value in values)))

    def hold(self, value: Any) -> str:
        """Add a value and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"

    def copy(self) -> Conditions:
        """Return an independent copy."""
        return Conditions(list(self.clauses), list(self.values))

    @property
    def sql(self) -> str:
        """The conditions as they follow WHERE."""
        return " AND ".join(self.clauses) or "TRUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Which part of a list: `limit` rows from its beginning, or from its end when `backward`."""

    limit: int
    backward: bool = False
    after: Position | None = None
    before: Position | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows in the list's own order with their positions; `more` says that the cut left some out."""

    rows: list[M]
    positions: list[Position]
    more: bool


_KEY: Final = "page_key_"
_PARENT: Final = "page_parent"


def whole_table(model: type[M]) -> Listing[M]:
    """Return the listing of a table without joins."""
    name = model.get_table().get_table_name()
    return Listing(model=model, alias=name, source=name)


async def read_page(listing: Listing[M], conditions: Conditions, *, order: Order, cut: Cut) -> Page[M]:
    """Read one page of the rows that meet the conditions."""
    held = conditions.copy()
    _bound(held, order, cut=cut)
    rows = await listing.read_with(
        _key_names(order),
        f"SELECT {listing.columns}, {_key_columns(order)} FROM {listing.source} WHERE {held.sql}"
        f" ORDER BY {_sorting(order, cut)} LIMIT {held.hold(cut.limit + 1)}",
        held.values,
    )
    return _page(rows, cut)


async def position_of(listing: Listing[Any], row_id: UUID, *, order: Order) -> Position | None:
    """Return where a row stands in an order, whether or not a search finds it; None when there is no such row."""
    _, records = await client().execute_query(
        f"SELECT {_key_columns(order)} FROM {listing.source} WHERE {listing.alias}.id = $1", [row_id]
    )
    return next((tuple(record) for record in records), None)


async def read_pages(
    listing: Listing[M], conditions: Conditions, *, parent_ids: Sequence[UUID], order: Order, cut: Cut
) -> dict[UUID, Page[M]]:
    """Read one page for each parent, in one statement.

    Without an index for the order all rows of a parent are read: OFFSET keeps PostgreSQL from going through the rows of
    all others in the order of another index, parent by parent.
    """
    held = conditions.copy()
    parents = held.hold(list(parent_ids))
    held.clauses.append(f"{listing.parent} = {_PARENT}.id")
    _bound(held, order, cut=cut)
    rows = await listing.read_with(
        [*_key_names(order), f"{_PARENT}_id"],
        f"SELECT page_row.*, {_PARENT}.id AS {_PARENT}_id FROM unnest({parents}::uuid[]) AS {_PARENT}(id)"
        f" CROSS JOIN LATERAL (SELECT * FROM (SELECT {listing.columns}, {_key_columns(order)} FROM {listing.source}"
        f" WHERE {held.sql}{'' if order.name in listing.indexed else ' OFFSET 0'}) AS own"
        f" ORDER BY {_named_sorting(order, cut)} LIMIT {held.hold(cut.limit + 1)}) AS page_row"
        f" ORDER BY {_named_sorting(order, cut)}",
        held.values,
    )
    by_parent: dict[UUID, list[tuple[M, Position]]] = {parent_id: [] for parent_id in parent_ids}
    for row, (*position, parent_id) in rows:
        by_parent[parent_id].append((row, tuple(position)))
    return {parent_id: _page(placed, cut) for parent_id, placed in by_parent.items()}


async def count_each(
    listing: Listing[M], conditions: Conditions, *, parent_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Count the rows of each parent that meet the conditions, in one statement."""
    held = conditions.copy()
    held.add(listing.parent + " = ANY({}::uuid[])", list(parent_ids))
    rows = await client().execute_query_dict(
        f"SELECT {listing.parent} AS {_PARENT}_id, count(*) AS total FROM {listing.source} WHERE {held.sql}"
        f" GROUP BY {listing.parent}",
        held.values,
    )
    return dict.fromkeys(parent_ids, 0) | {row[f"{_PARENT}_id"]: row["total"] for row in rows}


async def count(listing: Listing[M], conditions: Conditions) -> int:
    """Count the rows that meet the conditions."""
    rows = await client().execute_query_dict(
        f"SELECT count(*) AS total FROM {listing.source} WHERE {conditions.sql}", conditions.values
    )
    return int(rows[0]["total"])


async def read_all(listing: Listing[M], conditions: Conditions, *, order: str) -> list[M]:
    """Read every row that meets the conditions, sorted by the SQL of `order`; for lists known to be short."""
    return await listing.read(
        f"SELECT {listing.columns} FROM {listing.source} WHERE {conditions.sql} ORDER BY {order}",
        conditions.values,
    )


def by_id(listing: Listing[M], ids: Sequence[UUID]) -> Conditions:
    """Return the condition that picks rows by their own id."""
    conditions = Conditions()
    conditions.add(listing.alias + ".id = ANY({}::uuid[])", list(ids))
    return conditions


def _bound(held: Conditions, order: Order, *, cut: Cut) -> None:
    """Add the row comparisons of a cut."""
    keys = ", ".join(key.sql for key in order.keys)
    later, earlier = ("<", ">") if order.descending else (">", "<")
    for position, comparison in ((cut.after, later), (cut.before, earlier)):
        if position is not None:
            values = ", ".join(
                f"{held.hold(value)}::{key.kind}" for key, value in zip(order.keys, position, strict=True)
            )
            held.clauses.append(f"({keys}) {comparison} ({values})")


def _sorting(order: Order, cut: Cut) -> str:
    direction = "DESC" if order.descending != cut.backward else "ASC"
    return ", ".join(f"{key.sql} {direction}" for key in order.keys)


def _named_sorting(order: Order, cut: Cut) -> str:
    """Return the same sorting by the names of the selected sort values."""
    direction = "DESC" if order.descending != cut.backward else "ASC"
    return ", ".join(f"{name} {direction}" for name in _key_names(order))


def _key_columns(order: Order) -> str:
    named = zip(order.keys, _key_names(order), strict=True)
    return ", ".join(f"{key.sql} AS {name}" for key, name in named)


def _key_names(order: Order) -> list[str]:
    return [f"{_KEY}{number}" for number in range(len(order.keys))]


def _page(rows: list[tuple[M, Position]], cut: Cut) -> Page[M]:
    shown = rows[: cut.limit]
    if cut.backward:
        shown.reverse()
    return Page(
        rows=[row for row, _ in shown],
        positions=[position for _, position in shown],
        more=len(rows) > cut.limit,
    )
