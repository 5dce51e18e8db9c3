"""Relay pages by key, with totals: arguments and connections."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension

from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.argument_group import ArgumentGroup
from thumper.graphql.relay.cursor import decode_cursor, encode_cursor
from thumper.graphql.relay.field import field, lazy, optional
from thumper.graphql.relay.price import price
from thumper.graphql.shared.batch_loader import take_note
from thumper.store.postgres.page import Cut, Order, Page

T = TypeVar("T")
R = TypeVar("R")

DEFAULT_ITEMS: Final = 50
MOST_ITEMS: Final = 100

_PAGING: Final = {
    "first": Annotated[
        int | None,
        strawberry.argument(
            description="How many items from the beginning, 0 to 100; 50 when neither first nor last is given."
        ),
    ],
    "after": Annotated[
        str | None,
        strawberry.argument(description="Only items after this cursor, one of the same list and order."),
    ],
    "last": Annotated[
        int | None,
        strawberry.argument(description="How many items from the end, 0 to 100; not together with first."),
    ],
    "before": Annotated[
        str | None,
        strawberry.argument(description="Only items before this cursor, one of the same list and order."),
    ],
}


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
            self.reading.add_done_callback(take_note)
        # A field that fails has its siblings cancelled, which must not take the page from those that stay.
        return await asyncio.shield(self.reading)

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
        ends = [encode_cursor(self.order, page.positions[place]) for place in (0, -1) if page.positions]
        return PageInfo(
            has_next_page=self.cut.before is not None if backward else page.more,
            has_previous_page=page.more if backward else self.cut.after is not None,
            start_cursor=ends[0] if ends else None,
            end_cursor=ends[-1] if ends else None,
        )

    @field(
        "How many items the whole list has, on all pages together. Counted only when asked for.",
        takes=price(own=1),
    )
    async def total_count(self) -> int:
        return await self.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """The arguments of a field for the page of its list."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def cut(self, order: Order) -> Cut:
        """Return the part of the list that they ask for. Raises BAD_PAGE, PAGE_TOO_LARGE, BAD_CURSOR."""
        if self.first is not None and self.last is not None:
            raise bad_request("BAD_PAGE", "Give first or last, not both: they count from opposite ends.")
        name, limit = ("last", self.last) if self.last is not None else ("first", self.first)
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
            backward=self.last is not None,
            after=None if self.after is None else decode_cursor(self.after, order),
            before=None if self.before is None else decode_cursor(self.before, order),
        )


def paged(description: str, name: str, *groups: ArgumentGroup) -> Callable[[R], R]:
    """Make a resolver with a parameter `paging` a field: pages of the GraphQL type of that name.

    It is nullable, so that an argument that is refused takes nothing else from the answer.
    """
    extensions: list[FieldExtension] = [*groups, ArgumentGroup("paging", _PAGING, Paging)]
    kind = optional(operator.getitem(cast("Any", Connection), lazy(name)))

    def declare(resolver: R) -> R:
        declared: R = strawberry.field(description=description, graphql_type=kind, extensions=extensions)(
            resolver
        )
        return declared

    return declare
