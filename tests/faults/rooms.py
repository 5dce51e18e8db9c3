"""A Thumper whose rooms are started one by one, each with an environment of its own, on servers of the scenario's own.

A room that ends is not started again: one that does not outlive a fault is a violation.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Self

import asyncpg
import psutil

from tests.faults.stage import Stage

ROOMS: Final[Mapping[str, tuple[str, ...]]] = {"API": ("serve",), "watcher": ("watch",), "worker": ("work",)}
"""The verb of each room."""

READY: Final = "detector ready"
"""What a worker's log says each time that it has loaded its model."""


@dataclass
class Rooms(Stage):
    """Such a Thumper. `direct_url` is the database without any wire; `workers` are the names of its workers."""

    direct_url: str = ""
    workers: tuple[str, ...] = ("worker",)

    def __enter__(self) -> Self:
        """Start the rooms and wait until the API answers and every worker has its model."""
        for name in ("API", "watcher", *self.workers):
            self.open(name)
        self.ranch.wait_for_api(120)
        if not self.wait(self._are_ready, timeout_s=120):
            raise TimeoutError(
                f"the workers did not get ready: {[self.output(name) for name in self.workers]}"
            )
        return self

    def open(self, name: str) -> None:
        """Start a room; `worker 2` and the like are workers."""
        self.start(*ROOMS[name.split(" ", maxsplit=1)[0]], name=name, **self.surroundings(name))

    def reopen(self, name: str) -> None:
        """Start a room again if it has ended."""
        if self.ranch.processes[name].poll() is not None:
            self.open(name)

    def surroundings(self, name: str) -> dict[str, str]:
        """Return what the environment of one room has beside that of all."""
        return {}

    def output(self, name: str) -> str:
        """Return what a room printed."""
        return self.output_file(name).read_text(errors="replace")

    def _are_ready(self) -> bool:
        return all(READY in self.output(name) for name in self.workers)

    @contextlib.contextmanager
    def database(self) -> Iterator[Callable[..., list[asyncpg.Record]]]:
        """Provide a function that asks the database over one connection, past any wire."""
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(self.direct_url, timeout=10, command_timeout=20))
            try:
                yield lambda statement, *values: runner.run(connection.fetch(statement, *values))
            finally:
                connection.terminate()

    def wait(self, condition: Callable[[], Any], *, timeout_s: float, every_s: float = 0.1) -> bool:
        """Wait until the condition holds; False when it does not in time."""
        give_up_at = time.monotonic() + timeout_s
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                if condition():
                    return True
            if time.monotonic() > give_up_at:
                return False
            time.sleep(every_s)

    def wait_for_end(self, size: int, *, timeout_s: float) -> bool:
        """Wait until `size` files have settled and every image has ended; False when nothing moves for so long."""
        while not _are_over(seen := self.counts(), size):
            if not self.wait(partial(self._differ, seen), timeout_s=timeout_s, every_s=0.3):
                return False
        return True

    def _differ(self, seen: Mapping[str, int]) -> bool:
        return self.counts() != dict(seen)

    def is_busy_within(self, timeout_s: float) -> bool:
        """Wait until images are in flight, looking closely: a few photos take a tenth of a second."""
        give_up_at = time.monotonic() + timeout_s
        with self.database() as ask:
            while not ask("SELECT FROM job WHERE state = 'processing' LIMIT 1"):
                if time.monotonic() > give_up_at:
                    return False
                time.sleep(0.005)
        return True

    def completed(self) -> int:
        """Count completed images."""
        return int(self.counts()["completed"])

    def ended(self) -> Iterator[str]:
        """Yield which rooms did not outlive the faults, or loaded their model anew."""
        for name, process in self.ranch.processes.items():
            if (code := process.poll()) is not None:
                yield f"the {name} ended with {code}: {self.output(name)[-500:]}"
        for name in self.workers:
            if (times := self.output(name).count(READY)) != 1:
                yield f"the {name} loaded its model {times} times"

    def kill(self, victim: str) -> bool:
        """Kill a room with SIGKILL; False when it is dead already."""
        process = self.ranch.processes[victim]
        if process.poll() is not None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in [*psutil.Process(process.pid).children(recursive=True)]:
                child.kill()
        process.kill()
        process.wait(30)
        return True


def _are_over(counts: Mapping[str, int], size: int) -> bool:
    ended = counts["completed"] + counts["failed"]
    return counts["files"] == size and not counts["waiting"] and ended == counts["images"]
