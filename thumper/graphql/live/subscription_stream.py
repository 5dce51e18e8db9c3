"""Streams of changes, in order and at a limited rate.

Two kinds of stream: `follow` yields lists that carry every change, `newest` yields only the latest state of
one thing. Both begin with a snapshot that is exactly as old as the number that it carries, wait out
outages of PostgreSQL, and send at most four messages a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, Protocol, TypeVar

from thumper.domain.feed import FeedEvent
from thumper.graphql.shared.events import OUTAGE_PAUSE_S, Live
from thumper.store.feed.snapshot import remembers, snapshot
from thumper.store.postgres.outage import Outage

T = TypeVar("T")

GAP_S: Final = 0.25
"""Least time between two messages to a subscriber."""

MOST_ITEMS: Final = 250
"""Items in one message."""

LOOK_AGAIN_S: Final = 2.0
"""How often a state is read without an event: heartbeats and claims of jobs make none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Generic[T]):
    """The content of one message, as of event `seq`; a `snapshot` does not build on earlier messages."""

    seq: int
    snapshot: bool
    content: T


class Topic(Hashable, Protocol[T]):
    """What a subscriber follows, as lists of items; equal topics have equal items."""

    def concerns(self, event: FeedEvent) -> bool:
        """Return whether an event can bring items."""
        ...

    async def newest(self) -> list[T]:
        """Return the items of a snapshot."""
        ...

    async def brought(self, events: Sequence[FeedEvent]) -> tuple[list[T], int]:
        """Return the items that events brought, and how many of the events (at least one) that covers."""
        ...


class Pace:
    """Keeps `GAP_S` between the end of one message and the next."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._next_s = self._clock()

    async def turn(self) -> None:
        """Wait until a message may be sent."""
        await asyncio.sleep(self._next_s - self._clock())

    def sent(self) -> None:
        """Note that a message has been sent now."""
        self._next_s = self._clock() + GAP_S


async def outlast(read: Callable[[], Awaitable[T]]) -> T:
    """Read, again and again while PostgreSQL is away."""
    return await Outage(pause_s=OUTAGE_PAUSE_S).outlast(read)


async def resumable(after: int | None) -> int | None:
    """Return the event number to go on from; None when a snapshot is needed."""
    if after is None or not await outlast(partial(remembers, after)):
        return None
    return after


async def follow(
    live: Live, topic: Topic[T], *, after: int | None
) -> AsyncGenerator[Delivery[list[T]], None]:
    """Yield every change of a topic once, in order; a snapshot first unless it goes on `after` an event."""
    with live.subscribed():
        pace = Pace()
        place = await resumable(after)
        while True:
            # Given away before it waits for the subscriber, who may read slowly: nothing is held for it.
            deliveries = [await _next(live, topic, place, pace)]
            place = deliveries[0].seq
            yield deliveries.pop()
            pace.sent()


async def _next(live: Live, topic: Topic[T], place: int | None, pace: Pace) -> Delivery[list[T]]:
    """Wait for the next delivery that has content, or make a snapshot when there is no place."""
    while place is not None:
        await live.beyond(place)
        await pace.turn()
        delivery = await live.deliveries.get((topic, place), partial(_after, live, topic, place))
        if delivery is None:
            break
        if delivery.content:
            return delivery
        place = delivery.seq
    return await outlast(partial(_snapshot, topic))


async def _after(live: Live, topic: Topic[T], place: int) -> Delivery[list[T]] | None:
    """Return what came after a place, which may be nothing of the topic; None when the feed no longer has it all."""
    events = await outlast(partial(live.after, place))
    return None if events is None else await outlast(partial(changes_of, topic, events))


async def _snapshot(topic: Topic[T]) -> Delivery[list[T]]:
    async with snapshot() as seq:
        return Delivery(seq=seq, snapshot=True, content=await topic.newest())


async def changes_of(topic: Topic[T], events: Sequence[FeedEvent]) -> Delivery[list[T]]:
    """Return what the first of the events, of which there must be one, brought: as many as one message holds."""
    numbers = [number for number, event in enumerate(events) if topic.concerns(event)]
    if not numbers:
        return Delivery(seq=events[-1].seq, snapshot=False, content=[])
    wanted = numbers[:MOST_ITEMS]
    items, covered = await topic.brought([events[number] for number in wanted])
    if covered < len(wanted) or len(wanted) < len(numbers):
        last = wanted[covered - 1]
    else:
        last = len(events) - 1
    return Delivery(seq=events[last].seq, snapshot=False, content=items)


async def newest(
    live: Live,
    read: Callable[[], Awaitable[tuple[int, T]]],
    *,
    concerns: Callable[[FeedEvent], bool],
    after: int | None,
) -> AsyncGenerator[Delivery[T], None]:
    """Yield a state whenever it differs from the one before, with the number of its event.

    The first one comes at once; it is no snapshot when the subscriber goes on `after` an event.
    """
    with live.subscribed():
        pace = Pace()
        snapshot = await resumable(after) is None
        seq, state = await outlast(read)
        place = seq
        while True:
            yield Delivery(seq=seq, snapshot=snapshot, content=state)
            pace.sent()
            snapshot, shown = False, state
            while state == shown:
                place = await _await_change(live, max(place, seq), concerns=concerns)
                await pace.turn()
                seq, state = await outlast(read)


async def _await_change(live: Live, place: int, *, concerns: Callable[[FeedEvent], bool]) -> int:
    """Wait for an event that matters, `LOOK_AGAIN_S` at most; return the last event that was looked at."""
    clock = asyncio.get_running_loop().time
    until_s = clock() + LOOK_AGAIN_S
    while await live.beyond(place, within_s=until_s - clock()):
        events = await outlast(partial(live.after, place))
        if not events:
            return live.seq
        place = events[-1].seq
        heard = [concerns(event) for event in events]  # of each, since `concerns` may note it
        if any(heard):
            break
    return place
