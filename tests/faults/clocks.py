"""Clocks that are wrong: two workers at once whose clocks differ, and clocks that jump by a day and back.

libfaketime sets the clock of single processes, and of what they start, while they run; their monotonic clocks go on,
and the file system keeps its own time, as when somebody sets a machine's clock. It must make no difference: all times
that are kept are PostgreSQL's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults import evidence
from tests.faults.own_servers import OwnServers
from tests.faults.rooms import Rooms
from tests.faults.scenario import Outcome
from tests.faults.stage import Card, deal
from thumper.cameras.profile_files import packaged_profiles
from thumper.ingest.explain import explain

HOUR_S: Final = 3600
DAY_S: Final = 86400
STUCK_S: Final = 60.0
SEEN_WITHIN_S: Final = 1.0
"""How often libfaketime looks what its clock shall say."""

_STATUS: Final = "{ status { worker { state } watcher { state } } }"
_PATIENT: Final = {"lease_s": 30.0}
"""No worker dies here: a lease is only ever lost to a clock, not to a busy machine. It is renewed as often as ever."""
_LIVING: Final = {"ALIVE", "BUSY"}
_NEAR: Final = """
SELECT (SELECT count(*) FROM job WHERE attempts <> 1) AS "jobs that ran more than once",
    (SELECT count(*) FROM image WHERE abs(extract(epoch FROM created_at - now())) > 3600)
        AS "images that were made at a time of no clock but a wrong one",
    (SELECT count(*) FROM job WHERE finished_at < claimed_at OR claimed_at < queued_at)
        AS "jobs that ended before they began"
"""


class Clock:
    """The clock of one process: how far it is from the right time, changed at will."""

    def __init__(self, path: Path, *, offset_s: int = 0) -> None:
        """Keep it in a file that the process reads."""
        self._path = path
        self.set(offset_s)

    def set(self, offset_s: int) -> None:
        """Set it that many seconds ahead of the right time."""
        draft = self._path.with_suffix(".new")
        draft.write_text(f"{offset_s:+d}\n")
        draft.replace(self._path)

    def environment(self) -> dict[str, str]:
        """Return what a process needs in its environment to go by this clock."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_CACHE_DURATION": str(int(SEEN_WITHIN_S)),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


def _library() -> Path:
    found = importlib.util.find_spec("libfaketime")
    assert found is not None, "libfaketime is not installed: make install-dev"
    assert found.origin is not None
    return Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"


@dataclass
class Clocked(Rooms):
    """Rooms of which each goes by a clock of its own; `offsets` say by how much they are wrong at first."""

    offsets: Mapping[str, int] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)

    def surroundings(self, name: str) -> dict[str, str]:
        """Return the room its clock."""
        path = self.settings.home / f"{name}.clock"
        self.clocks[name] = Clock(path, offset_s=self.offsets.get(name, 0))
        return self.clocks[name].environment()


@dataclass(frozen=True, slots=True)
class ClockFaults:
    """Photos come in while clocks are wrong. With `jumps` they also change while the rooms run, and back."""

    name: str
    words: str
    workers: tuple[str, ...]
    jumps: int
    skewed: bool
    real: bool = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run it once: wrong clocks, jumps and their moments come from the seed."""
        began_s = time.monotonic()
        chance = random.Random(seed)
        cards = deal(size, cards=self.jumps + 1, seed=seed)
        violations: list[str] = []
        with contextlib.ExitStack() as stack:
            servers = stack.enter_context(OwnServers(scratch / "servers"))
            rooms = Clocked(
                scratch,
                changes=_PATIENT | {"database_url": servers.database_url, "redis_url": servers.redis_url},
                direct_url=servers.database_url,
                workers=self.workers,
                offsets=self._offsets(chance) if self.skewed else {},
            )
            stack.enter_context(rooms)
            before: dict[Path, evidence.Original] = {}
            for number, card in enumerate(cards):
                before |= evidence.originals(card.drop(rooms.settings.drop_dir))
                if number > 0:
                    violations += _jump(rooms, chance)
            violations += _judge(rooms, cards, before)
        jumps = {"jumps of a day and back": self.jumps} if self.jumps else {}
        skewed = {"rooms with a wrong clock": len(rooms.offsets)} if self.skewed else {}
        return Outcome(
            scenario=self.name,
            seed=seed,
            images=size,
            faults=jumps | skewed,
            seconds=time.monotonic() - began_s,
            violations=tuple(violations),
        )

    def _offsets(self, chance: random.Random) -> dict[str, int]:
        """Return the workers clocks as far apart as they get, and the other rooms any."""
        far = chance.choice([HOUR_S, DAY_S])
        own = dict(zip(self.workers, chance.sample([far, -far], 2), strict=False))
        return own | {room: chance.choice([-DAY_S, -HOUR_S, HOUR_S, DAY_S]) for room in ("watcher", "API")}


def _jump(rooms: Clocked, chance: random.Random) -> Iterator[str]:
    """Let the clock of one room jump by a day while images are in flight, and back."""
    if not rooms.is_busy_within(STUCK_S):
        yield "nothing was in flight when a clock jumped"
    room = chance.choice(sorted(rooms.clocks))
    usual = rooms.offsets.get(room, 0)
    rooms.clocks[room].set(usual + chance.choice([DAY_S, -DAY_S]))
    time.sleep(SEEN_WITHIN_S + chance.uniform(0.2, 2.0))
    told = {role: said["state"] for role, said in rooms.ranch.ask(_STATUS)["status"].items()}
    if not set(told.values()) <= _LIVING:
        yield f"while the clock of the {room} was wrong the status said {told}"
    rooms.clocks[room].set(usual)


def _judge(rooms: Clocked, cards: Sequence[Card], before: Mapping[Path, evidence.Original]) -> Iterator[str]:
    names = rooms.sources(cards)
    if not rooms.wait_for_end(len(names), timeout_s=STUCK_S):
        yield f"stuck: {rooms.counts()}"
    yield from rooms.ended()
    for what, number in rooms.query(_NEAR)[0].items():
        if number:
            yield f"{number} {what}"
    yield from _times(rooms)
    yield from evidence.violations(rooms, cards, before)


def _times(rooms: Clocked) -> Iterator[str]:
    """Compare every capture time with the one that is read in the photo now, with the right clock."""
    profiles, now = packaged_profiles(), dt.datetime.now(dt.UTC)
    for row in rooms.query("SELECT file_name, original_path, taken_at, taken_local, time_source FROM image"):
        told = explain(Path(bytes(row["original_path"]).decode()), rooms.settings, profiles, now=now).capture
        local = None if told.reading is None else told.reading.local
        if (row["taken_at"], row["taken_local"]) != (told.taken_at, local):
            yield f"{row['file_name']} was taken at {row['taken_at']}, and its clock says {told.taken_at}"


SKEWED_CLOCKS: Final = ClockFaults(
    name="skewed clocks",
    words="two workers at once with clocks an hour or a day off in opposite directions, watcher and API likewise",
    workers=("worker 1", "worker 2"),
    jumps=0,
    skewed=True,
)
CLOCK_JUMPS: Final = ClockFaults(
    name="clock jumps",
    words="the clock of the watcher, the worker or the API jumps by a day, forth or back, and returns",
    workers=("worker",),
    jumps=10,
    skewed=False,
)
