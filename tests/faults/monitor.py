"""Looks at a `Stage` several times a second while things are killed around it, and keeps the worst that it saw."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from tests.faults.stage import COUNTS, Stage

LOOK_S: Final = 0.3
AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What asking a dead database raises."""

ENDED: Final = ("completed", "failed")

_LEASED: Final = "SELECT id, attempts FROM job WHERE state = 'processing'"
_WORK: Final = "SELECT id, state, attempts FROM job WHERE id = ANY($1)"
_PULSE: Final = """
SELECT coalesce(sum(attempts), 0) AS claims, count(*) FILTER (WHERE state IN ('completed', 'failed')) AS ended,
    count(*) FILTER (WHERE state = 'processing' AND lease_until < now() - interval '60 seconds') AS stuck
FROM job
"""


@dataclass(frozen=True, slots=True)
class Death:
    """A worker's death, with the attempts of each job that it held."""

    at_s: float
    held: dict[UUID, int]


class Monitor:
    """Runs in a thread. `in_flight` says whether there was work at the last look; None when PostgreSQL was away."""

    def __init__(self, stage: Stage) -> None:
        """Take the stage; nothing runs yet."""
        self._stage = stage
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._stop = threading.Event()
        self._deaths: list[Death] = []
        self._guard = threading.Lock()
        self.dropped = 0
        """Files that were put into the drop folder so far."""
        self.counts: dict[str, int] = {}
        self.in_flight: bool | None = None
        self.restarted_s: list[float] = []
        """How long after a worker's death something that it held was claimed again."""
        self.standstill_s = 0.0
        """Longest time in which nothing moved while there was work and the database answered."""
        self.stuck = 0
        """Most jobs whose lease had run out a minute before."""

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(30)

    def note_death(self, held: dict[UUID, int]) -> None:
        """Measure from now on how long it takes until this work runs again."""
        with self._guard:
            self._deaths.append(Death(time.monotonic(), held))

    def leased(self) -> dict[UUID, int]:
        """Return the jobs in the hands of a worker with their attempts; none while PostgreSQL is away."""
        with contextlib.suppress(*AWAY):
            return {row["id"]: row["attempts"] for row in self._stage.query(_LEASED)}
        return {}

    def violations(self) -> Iterator[str]:
        """Yield what took too long."""
        if self.stuck:
            yield f"{self.stuck} jobs were stuck: their leases had run out a minute before"
        if self.standstill_s > 60:  # the promise
            yield f"nothing moved for {self.standstill_s:.0f} s though there was work"
        if late := [took for took in self.restarted_s if took > 45]:  # the promise
            yield f"a dead worker's work took {max(late):.0f} s to restart"
        if self._deaths:
            yield f"the work of {len(self._deaths)} dead workers did not restart"

    def _watch(self) -> None:
        moved_s, pulse = time.monotonic(), None
        while not self._stop.is_set():
            with contextlib.suppress(*AWAY), self._stage.database() as ask:
                moved_s = time.monotonic()  # an outage is no standstill
                while not self._stop.wait(LOOK_S):
                    now = self._look(ask)
                    if now != pulse or not self.in_flight:
                        moved_s, pulse = time.monotonic(), now
                    self.standstill_s = max(self.standstill_s, time.monotonic() - moved_s)
            self.in_flight = None
            self._stop.wait(LOOK_S)

    def _look(self, ask: Callable[..., list[asyncpg.Record]]) -> tuple[Any, ...]:
        self.counts = counts = dict(ask(COUNTS)[0])
        ended = counts["completed"] + counts["failed"]
        self.in_flight = counts["files"] < self.dropped or counts["waiting"] > 0 or ended < counts["images"]
        (row,) = ask(_PULSE)
        self.stuck = max(self.stuck, row["stuck"])
        with self._guard:
            deaths = list(self._deaths)
        for death in deaths:
            jobs = ask(_WORK, list(death.held))
            # What it had written in the last moment has ended; nothing of that is left to run.
            if all(job["state"] in ENDED for job in jobs) or any(
                job["attempts"] > death.held[job["id"]] for job in jobs
            ):
                self.restarted_s.append(time.monotonic() - death.at_s)
                with self._guard:
                    self._deaths.remove(death)
        return (*counts.values(), row["claims"], row["ended"])
