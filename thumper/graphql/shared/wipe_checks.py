"""Whether cards may be wiped: one check for each dump, shared by all requests meanwhile.

Re-reading a full card takes longer than a request may, so a check goes on after its last request has ended, and asking
again joins it. The checks live as long as the API process; `thumper ingest` has its own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.background import cancel
from thumper.domain.wipe import WipeVerdict
from thumper.ingest.wipe_check import Version, WipeCheck
from thumper.store.feed import snapshot

AT_ONCE: Final = 2
"""Checks that run at a time: more would only compete for the same disks."""
PATIENCE_S: Final = 2.5
"""How long a request waits for a check; a few hundred photos are re-read in that time."""
LIVE_PATIENCE_S: Final = 0.25
"""How long a message of a subscription waits for it; the next message comes two seconds later."""
REUSED_S: Final = 5.0
"""Age up to which a verdict that was answered is reused: less time than it takes to change the card in the reader."""
UNHEARD_S: Final = 60.0
"""Age up to which a verdict that came too late for its requests is kept for the next one: time to ask again."""
FOLLOWED_S: Final = 600.0
"""Age up to which a verdict is sent to subscribers to the dump; the message says when it was reached."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The verdict so far; `checked_at` is None while the check runs."""

    verdict: WipeVerdict
    checked_at: dt.datetime | None = None


class _Running:
    """One check and what is known of it."""

    def __init__(self, dump_id: UUID, turns: asyncio.Semaphore) -> None:
        self._check = WipeCheck(dump_id)
        self._turns = turns
        self._clock = asyncio.get_running_loop().time
        self._ended_s = self._clock()
        self._answered = False
        self.task = asyncio.create_task(self._run())
        self.task.add_done_callback(_take_note)

    async def _run(self) -> Asked:
        async with self._turns:
            verdict = await self._check.run()
        self._ended_s = self._clock()
        return Asked(verdict, await snapshot.now())

    @property
    def failed(self) -> bool:
        """Whether it ended without a verdict."""
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)

    def serves(self, version: Version, *, live: bool) -> bool:
        """Return whether it may answer a request for the dump in this version."""
        if not self.task.done():
            return True
        most_s = FOLLOWED_S if live else REUSED_S if self._answered else UNHEARD_S
        return not self.failed and self._check.version == version and self.age_s < most_s

    @property
    def age_s(self) -> float:
        """Seconds since it ended."""
        return self._clock() - self._ended_s

    def look(self) -> Asked:
        """Return what is known now; raise what ended the check before its verdict."""
        return self.task.result() if self.task.done() else Asked(self._check.so_far())

    def answer(self) -> Asked:
        """Return the same, as an answer to a request."""
        self._answered = self.task.done()
        return self.look()


def _take_note(task: asyncio.Task[Asked]) -> None:
    """Retrieve what ended a check, so that asyncio does not log it as never retrieved."""
    if not task.cancelled():
        task.exception()


class WipeChecks:
    """The checks of one process."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._checks: dict[UUID, _Running] = {}

    async def ask(self, dump_id: UUID, *, version: Version, live: bool = False) -> Asked:
        """Return the verdict about a dump, or how far the check is when it takes longer than `PATIENCE_S`.

        `version` is when the dump changed and settled last. With `live` the wait is short, and a verdict is reused
        for as long as the dump does not change, `FOLLOWED_S` at most: a message is no new request. Raises what the
        database raises when it is away.
        """
        check = self._checks.get(dump_id)
        if check is None or not check.serves(version, live=live):
            self._forget()
            check = self._checks[dump_id] = _Running(dump_id, self._turns)
        await asyncio.wait({check.task}, timeout=LIVE_PATIENCE_S if live else PATIENCE_S)
        return check.answer()

    def peek(self, dump_id: UUID) -> Asked | None:
        """Return what is known without starting a check; None when there is none, or it failed."""
        check = self._checks.get(dump_id)
        return None if check is None or check.failed else check.look()

    def _forget(self) -> None:
        """Drop the checks that are too old for any request."""
        old = [
            uuid for uuid, check in self._checks.items() if check.task.done() and check.age_s >= FOLLOWED_S
        ]
        for dump_id in old:
            del self._checks[dump_id]

    async def close(self) -> None:
        """Cancel the checks that still run."""
        await cancel(*(check.task for check in self._checks.values() if not check.task.done()))
