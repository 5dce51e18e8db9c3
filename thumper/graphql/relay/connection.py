"""Relay pages by key, with totals: what a page asks for, and what it answers.

A cursor holds the sort values of its row and the name of the order it was made under. It is opaque, but not
secret; one that was not made here, or under another order, is refused as BAD_CURSOR.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import datetime as dt
import json
import operator
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar, cast
from uuid import UUID

import strawberry

from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.field import field, lazy
from thumper.store.postgres import page
from thumper.store.postgres.page import Conditions, Cut, Kind, Listing, Order, Page, Position

T = TypeVar("T")
M = TypeVar("M", bound=Any)

DEFAULT_ITEMS: Final = 50
MOST_ITEMS: Final = 100

_VERSION: Final = 1
_LONGEST_CURSOR: Final = 4096

First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description="How many items from the beginning, 0 to 100; 50 when neither first nor last is given."
    ),
]
After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="Only items after this cursor, one of the same list and order."),
]
Last: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description="How many items from the end, 0 to 100; not together with first."),
]
Before: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="Only items before this cursor, one of the same list and order."),
]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(
        description="Whether more items follow. When paging backwards: whether `before` was given."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether items come before. When paging forwards: whether `after` was given."
    )
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item, to be given as `after`; null on an empty page."
    )


@strawberry.type(description="One item of a page with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="Where the item stands, to be given as `after` or `before`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(
    description="A page of a list. It is taken by key: items that arrive meanwhile are neither skipped nor shown twice."
)
class Connection(Generic[T]):
    """Reads its page when a field of it is asked for, once; counts only when the total is asked for."""

    order: strawberry.Private[Order]
    cut: strawberry.Private[Cut]
    read: strawberry.Private[Callable[[], Awaitable[Page[Any]]]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    reading: strawberry.Private[asyncio.Future[Page[Any]] | None] = None

    async def page(self) -> Page[Any]:
        """Return the page, read once for all fields that ask at the same time."""
        if self.reading is None:
            self.reading = asyncio.ensure_future(self.read())
        return await self.reading

    @field("The items of the page with their cursors.")
    async def edges(self) -> list[Edge[T]]:
        page = await self.page()
        return [
            Edge(cursor=encode_cursor(self.order, position), node=row)
            for row, position in zip(page.rows, page.positions, strict=True)
        ]

    @field("The items of the page; short for edges { node }.")
    async def nodes(self) -> list[T]:
        return (await self.page()).rows

    @field("Where the page lies in the list.")
    async def page_info(self) -> PageInfo:
        page = await self.page()
        backward = self.cut.backward
        cursors = [encode_cursor(self.order, position) for position in page.positions]
        return PageInfo(
            has_next_page=self.cut.before is not None if backward else page.more,
            has_previous_page=page.more if backward else self.cut.after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )

    @field("How many items the whole list has, on all pages together. Counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()


def pages_of(name: str) -> Any:
    """Return the GraphQL type of a page of the type of that name: `Image` → `ImageConnection`."""
    return operator.getitem(cast("Any", Connection), lazy(name))


def connect(
    listing: Listing[M],
    conditions: Conditions,
    *,
    order: Order,
    cut: Cut,
    count: Callable[[], Awaitable[int]] | None = None,
) -> Connection[M]:
    """Return a page of the rows that meet the conditions; `count` counts them faster than one by one."""
    return Connection(
        order=order,
        cut=cut,
        read=lambda: page.read_page(listing, conditions, order=order, cut=cut),
        count=count or (lambda: page.count(listing, conditions)),
    )


def asked(order: Order, *, first: int | None, after: str | None, last: int | None, before: str | None) -> Cut:
    """Return what part of a list the arguments of a field ask for. Raises BAD_PAGE, PAGE_TOO_LARGE, BAD_CURSOR."""
    if first is not None and last is not None:
        raise bad_request("BAD_PAGE", "Give first or last, not both: they count from opposite ends.")
    name, limit = ("last", last) if last is not None else ("first", first)
    limit = DEFAULT_ITEMS if limit is None else limit
    if limit < 0:
        raise bad_request("BAD_PAGE", f"{name} is {limit}; it must be 0 to {MOST_ITEMS}.")
    if limit > MOST_ITEMS:
        raise bad_request(
            "PAGE_TOO_LARGE",
            f"{name} is {limit}; a page has at most {MOST_ITEMS} items. Ask for the next page with after.",
        )
    return Cut(
        limit=limit,
        backward=last is not None,
        after=None if after is None else decode_cursor(after, order),
        before=None if before is None else decode_cursor(before, order),
    )


def encode_cursor(order: Order, position: Position) -> str:
    """Write a position down."""
    values = [value if isinstance(value, str | bool | int | float) else _text(value) for value in position]
    written = json.dumps([_VERSION, order.name, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def decode_cursor(word: str, order: Order) -> Position:
    """Read a position. Raises BAD_CURSOR."""
    try:
        if len(word) > _LONGEST_CURSOR:
            raise ValueError(word)
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        version, name, *values = json.loads(raw)
        if (version, name) != (_VERSION, order.name) or len(values) != len(order.keys):
            raise ValueError(name)
        return tuple(_READERS[key.kind](value) for key, value in zip(order.keys, values, strict=True))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise bad_request(
            "BAD_CURSOR",
            f"{word[:80]!r} is no cursor of this list in this order. Use a cursor as it was given to you, "
            "with the same orderBy.",
        ) from None


def _time(value: Any) -> dt.datetime:
    instant = dt.datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _word(value: Any) -> str:
    if "\0" in value:
        raise ValueError(value)
    return str(_exactly(str, value))


def _count(value: Any) -> int:
    if not -(2**63) <= _exactly(int, value) < 2**63:
        raise ValueError(value)
    return int(value)


_READERS: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TIME: _time,
    Kind.ID: UUID,
    Kind.NUMBER: float,
    Kind.COUNT: _count,
    Kind.FLAG: lambda value: _exactly(bool, value),
    Kind.TEXT: _word,
}
