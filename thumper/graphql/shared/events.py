"""The newest events in memory, one copy for all subscribers of this process.

A subscriber holds only its place in the feed: a slow one reads on from there, out of memory or, when it is far behind,
out of PostgreSQL. So no subscriber misses an event, and none can make the process grow. Losing the notifications costs
at most `LOOK_EVERY_S` of delay.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterator
from itertools import dropwhile
from typing import Final

from thumper.background import beside, set_within
from thumper.domain.feed import FeedEvent
from thumper.graphql.shared.shared_execution import Shared
from thumper.store.feed import feed
from thumper.store.feed.feed_listener import keep_listening
from thumper.store.feed.snapshot import remembers
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.outage import Outage, says
from thumper.store.status.system_status import SystemStatus, read_status

KEPT_EVENTS: Final = 1024
"""Events kept in memory; a subscriber further behind reads them from PostgreSQL."""

PAGE_EVENTS: Final = 1000
"""Events read at a time."""

LOOK_EVERY_S: Final = 1.0
"""How often the feed is read without a notification."""

READ_GAP_S: Final = 0.2
"""Least time between two reads of the feed that found events: subscribers to the same are then at the same place, and
share the message."""

OUTAGE_PAUSE_S: Final = 0.5
"""Pause after PostgreSQL could not be reached."""

BUSY_SHARE: Final = 0.1
"""Largest share of the time for computing the status: large tables are counted less often."""

SHORTEST_GAP_S: Final = 0.2
"""Least time between two computations of the status for subscribers."""

LONGEST_GAP_S: Final = 1.0
"""Most time that a subscriber to the status waits for the sake of `BUSY_SHARE`."""


class Live:
    """The newest events and the status, for all subscriptions of an API process. `seq` is the newest known event."""

    def __init__(self) -> None:
        self.seq = 0
        self.deliveries = Shared()
        """The next deliveries, by what subscribers follow and where they are."""
        self.subscribers = 0
        """Subscriptions that are open now."""
        self._kept: deque[FeedEvent] = deque(maxlen=KEPT_EVENTS)
        self._grown = asyncio.Event()
        self._wanted = asyncio.Event()
        self._status: SystemStatus | None = None
        self._counting = asyncio.Lock()
        self._began_s = -1e9
        self._took_s = 0.0

    @contextlib.contextmanager
    def subscribed(self) -> Iterator[None]:
        """Count a subscription for as long as the context lasts."""
        self.subscribers += 1
        try:
            yield
        finally:
            self.subscribers -= 1

    def wake(self) -> None:
        """Have the feed read now."""
        self._wanted.set()

    async def keep_reading(self) -> None:
        """Read new events whenever woken and every `LOOK_EVERY_S`, until cancelled."""
        outage = Outage(pause_s=OUTAGE_PAUSE_S, tell=says("the feed cannot be read"), once=True)
        while True:
            self._wanted.clear()
            try:
                found = await self._read()
            except Exception as error:  # noqa: BLE001  # whatever it was, subscribers must not wait for ever
                await outage.pause(error)
                continue
            outage.over()
            if found:
                await asyncio.sleep(READ_GAP_S)
            await set_within(self._wanted, LOOK_EVERY_S)

    async def _read(self) -> bool:
        """Read new events; return whether there were any."""
        before = self.seq
        while True:
            events = await feed.read_after(self.seq, limit=PAGE_EVENTS)
            if events:
                # A number is missing where a transaction was rolled back, or where events were pruned, unseen by a
                # process that was suspended or cut off for weeks: then what is in memory does not lead to these.
                if events[0].seq > self.seq + 1 and not await remembers(self.seq):
                    self._kept.clear()
                self._kept.extend(events)
                self.seq = events[-1].seq
                self._grown.set()
                self._grown = asyncio.Event()
            if len(events) < PAGE_EVENTS:
                return self.seq > before

    async def beyond(self, seq: int, *, within_s: float | None = None) -> bool:
        """Wait until there are events after `seq`; False when `within_s` passed without any."""
        try:
            async with asyncio.timeout(within_s):
                while self.seq <= seq:
                    await self._grown.wait()
        except TimeoutError:
            return False
        return True

    async def after(self, seq: int) -> list[FeedEvent] | None:
        """Return the events after `seq`, oldest first, about `PAGE_EVENTS` at most.

        None when the feed no longer remembers all of them: show a snapshot and go on from there.
        """
        if self.seq <= seq:
            return []
        if self._kept and seq >= self._kept[0].seq - 1:
            return list(dropwhile(lambda event: event.seq <= seq, self._kept))
        events = await feed.read_after(seq, limit=PAGE_EVENTS)
        # Asked afterwards: what was pruned between two questions must not be missing unnoticed.
        return events if await remembers(seq) else None

    async def status(self, *, seq: int = 0, max_age_s: float = 0.0) -> SystemStatus:
        """Return a status that is at most `max_age_s` old and knows event `seq`; callers share it.

        Without arguments: one that was computed after this call began.
        """
        clock = asyncio.get_running_loop().time
        asked_s = clock()
        async with self._counting:
            known = self._status
            if known is not None and known.seq >= seq and self._began_s >= asked_s - max_age_s:
                return known
            if max_age_s > 0:
                gap_s = min(max(SHORTEST_GAP_S, self._took_s / BUSY_SHARE), LONGEST_GAP_S)
                await asyncio.sleep(self._began_s + gap_s - clock())
            self._began_s = clock()
            self._status = await read_status()
            self._took_s = clock() - self._began_s
            return self._status


@contextlib.asynccontextmanager
async def going_live(url: str) -> AsyncIterator[Live]:
    """Follow the feed of the open database at `url` for as long as the context lasts."""
    live = Live()
    with contextlib.suppress(*OUTAGES):
        live.seq = await feed.latest()
    async with beside(keep_listening(url, live.wake), live.keep_reading()):
        try:
            yield live
        finally:
            await live.deliveries.close()
