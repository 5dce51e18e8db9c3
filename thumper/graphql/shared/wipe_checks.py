"""Whether cards may be wiped, asked by many: one check a dump, shared by everybody who asks meanwhile.

Re-reading a full card takes longer than a request may, so a check goes on when nobody waits any more, and asking
again joins it. Lives as long as the API process; `thumper ingest` has one of its own.
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
"""Age up to which a verdict that was told is given again: less time than it takes to change the card in the reader."""
UNHEARD_S: Final = 60.0
"""Age up to which a verdict that nobody has heard yet is kept for whoever asked last: time to ask again."""
FOLLOWED_S: Final = 600.0
"""Age up to which a verdict stands for somebody who follows the dump live; the message says when it was reached."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What can be said now; `checked_at` is None while the check runs."""

    verdict: WipeVerdict
    checked_at: dt.datetime | None = None


class _Running:
    """One check and what is known of it."""

    def __init__(self, dump_id: UUID, turns: asyncio.Semaphore) -> None:
        self._check = WipeCheck(dump_id)
        self._turns = turns
        self._clock = asyncio.get_running_loop().time
        self._ended_s = self._clock()
        self._told = False
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
        """Return whether it answers somebody who asks now about the dump in this version."""
        if not self.task.done():
            return True
        most_s = FOLLOWED_S if live else REUSED_S if self._told else UNHEARD_S
        return not self.failed and self._check.version == version and self.age_s < most_s

    @property
    def age_s(self) -> float:
        """Seconds since it ended."""
        return self._clock() - self._ended_s

    def look(self) -> Asked:
        """Return what is known now; raise what ended the check before its verdict."""
        return self.task.result() if self.task.done() else Asked(self._check.so_far())

    def tell(self) -> Asked:
        """Do the same for somebody who asked."""
        self._told = self.task.done()
        return self.look()


def _take_note(task: asyncio.Task[Asked]) -> None:
    """Look at what ended a check, which perhaps nobody waits for any more."""
    if not task.cancelled():
        task.exception()


class WipeChecks:
    """The checks of one process."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._checks: dict[UUID, _Running] = {}

    async def ask(self, dump_id: UUID, *, version: Version, live: bool = False) -> Asked:
        """Return the verdict about a dump, or how far the check is when it takes longer than `PATIENCE_S`.

        `version` is when the dump changed and settled last. With `live` nobody waits long, and a verdict stands for
        as long as the dump does not change, `FOLLOWED_S` at most: a message is no new question. Raises what the
        database raises when it is away.
        """
        check = self._checks.get(dump_id)
        if check is None or not check.serves(version, live=live):
            self._forget()
            check = self._checks[dump_id] = _Running(dump_id, self._turns)
        await asyncio.wait({check.task}, timeout=LIVE_PATIENCE_S if live else PATIENCE_S)
        return check.tell()

    def glance(self, dump_id: UUID) -> Asked | None:
        """Return what is known without asking; None when nobody has asked, or the check failed."""
        check = self._checks.get(dump_id)
        return None if check is None or check.failed else check.look()

    def _forget(self) -> None:
        """Forget what serves nobody any more."""
        old = [
            uuid for uuid, check in self._checks.items() if check.task.done() and check.age_s >= FOLLOWED_S
        ]
        for dump_id in old:
            del self._checks[dump_id]

    async def close(self) -> None:
        """End what still runs."""
        await cancel(*(check.task for check in self._checks.values() if not check.task.done()))
