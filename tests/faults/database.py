"""PostgreSQL is killed, restarted, cut off, silent, slow or talks rubbish while photos come in; then it is back.

Watcher, worker and API wait and go on as the same processes. The API says within seconds that the database is down.
"""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.faults import evidence
from tests.faults.own_servers import OwnServers
from tests.faults.proxy import Strung, Way, Wire, strung
from tests.faults.rooms import Rooms
from tests.faults.scenario import Outcome
from tests.faults.stage import Card, deal
from tests.faults.subscriber import Subscriber

ANSWER_S: Final = 5.0
"""Within this the API answers, if only that the database is down."""
RESUME_S: Final = 10.0
"""Within this queries answer again, and an image is completed, once PostgreSQL is back."""
STUCK_S: Final = 60.0
UNSEEN_S: Final = 20.0
"""When photos of a card have not been seen in flight for so long, they have ended."""
MOST_CARDS: Final = 3
RESTART_S: Final = 45.0
"""Within this the work of a dead worker is taken up, with the default settings."""
PROBES: Final = "probes"
"""Folder of the photos that are dropped one by one after each fault, so that there is something to do."""

_TYPED: Final = {"DATABASE_DOWN"}
_QUERY: Final = "{ locations { totalCount } }"

RESTART, KILL = "restart", "kill -9"
CUT, HALF_OPEN, ONE_WAY, SILENT, RUBBISH, SLOW = (
    "cut",
    "half-open",
    "half-open one way",
    "silent",
    "rubbish",
    "slow",
)

RESTARTS: Final = (RESTART, KILL) * 5
WIRE_FAULTS: Final = (CUT, HALF_OPEN, ONE_WAY, SILENT, RUBBISH, SLOW)


@dataclass
class Watch:
    """What was seen during the faults: the worst figures, and what was not as promised."""

    patience: float = 1.0
    """By how much a busy machine may miss what is promised for a quiet one."""
    worst: dict[str, float] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def note(self, what: str, seconds: float, *, limit_s: float, fault: str) -> None:
        """Note how long something took; too long is a violation."""
        self.worst[what] = max(self.worst.get(what, 0.0), seconds)
        if seconds > limit_s * self.patience:
            self.violations.append(f"{fault}: {what} {seconds:.1f}, promised {limit_s:g}")


@dataclass(frozen=True, slots=True)
class DatabaseFaults:
    """One fault after the other on one Thumper, each while images are in flight."""

    name: str
    words: str
    faults: Sequence[str]
    longest_s: float = 12.0
    patience: float = 1.0
    real: bool = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run all faults on `size` photos, in an order of the seed."""
        began_s = time.monotonic()
        chance = random.Random(seed)
        order = chance.sample(self.faults, len(self.faults))
        cards = deal(size, cards=len(order), seed=seed)
        watch = Watch(self.patience)
        with contextlib.ExitStack() as stack:
            servers = stack.enter_context(OwnServers(scratch / "servers"))
            wire = stack.enter_context(strung(servers.database_url))
            rooms = stack.enter_context(
                Rooms(
                    scratch,
                    changes={"database_url": wire.url, "redis_url": servers.redis_url},
                    direct_url=servers.database_url,
                )
            )
            subscriber = stack.enter_context(Subscriber(rooms, seed=seed))
            trial = _Trial(rooms, servers, wire, chance, watch)
            for fault, card in zip(order, cards, strict=True):
                trial.run(fault, card, hold_s=chance.uniform(1, self.longest_s))
            watch.violations += trial.judge(cards, subscriber)
        return Outcome(
            scenario=self.name,
            seed=seed,
            images=size + len(order),
            faults={fault: order.count(fault) for fault in sorted(set(order))},
            seconds=time.monotonic() - began_s,
            violations=tuple(watch.violations),
            measured=watch.worst,
        )


class _Trial:
    """The faults of one run."""

    def __init__(
        self, rooms: Rooms, servers: OwnServers, wire: Strung, chance: random.Random, watch: Watch
    ) -> None:
        self._rooms = rooms
        self._servers = servers
        self._wire = wire
        self._chance = chance
        self._watch = watch
        self._probes = deal(len(WIRE_FAULTS) + len(RESTARTS), cards=1, seed=chance.randrange(1 << 30))[0]
        self._used: dict[str, Path] = {}
        self._more: list[Card] = []
        self._before: dict[Path, evidence.Original] = {}

    def run(self, fault: str, card: Card, *, hold_s: float) -> None:
        """Do one fault while images of the card are in flight, and wait until all goes on."""
        self._drop_until_busy(fault, card)
        time.sleep(self._chance.uniform(0, 0.5))
        if fault in {RESTART, KILL}:
            self._servers.end_postgres(signal.SIGKILL if fault == KILL else signal.SIGQUIT)
            self._ask_for(hold_s, fault)
            self._servers.start_postgres()
        else:
            self._spoil(fault)
            self._ask_for(hold_s, fault)
            self._wire.do(Wire.mend)
        self._see_it_go_on(fault)

    def _drop_until_busy(self, fault: str, card: Card) -> None:
        """Drop a card and wait until its photos are in flight; another one if they ended before anybody saw them so."""
        for _ in range(MOST_CARDS):
            self._drop(card)
            if self._rooms.is_busy_within(UNSEEN_S):
                return
            number = len(self._more) + 1
            # Numbers that no other card has.
            (card,) = deal(len(card.sources), cards=1, seed=number, after=(100 * number, 10_000 * number))
            self._more.append(card)
        self._more.pop()
        self._watch.violations.append(f"{fault}: nothing was in flight before it")

    def _spoil(self, fault: str) -> None:
        one = self._chance.choice([Way.TO_SERVER, Way.TO_CLIENT])
        seed = self._chance.randrange(1 << 30)
        acts: dict[str, Callable[[Wire], object]] = {
            CUT: Wire.cut,
            HALF_OPEN: Wire.half_open,
            ONE_WAY: lambda wire: wire.half_open(one),
            SILENT: Wire.silence,
            RUBBISH: lambda wire: wire.garbage(self._chance.choice([one, Way.BOTH]), seed=seed),
            SLOW: lambda wire: wire.delay(self._chance.uniform(0.02, 0.3)),
        }
        self._wire.do(acts[fault])

    def _ask_for(self, seconds: float, fault: str) -> None:
        """Ask the API again and again; it has to answer soon, if only that the database is down."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            asked_s = time.monotonic()
            answer = self._rooms.ranch.try_to_ask(_QUERY)
            took_s = time.monotonic() - asked_s
            self._watch.note("answer during the fault s", took_s, limit_s=ANSWER_S, fault=fault)
            if not _is_typed(answer):
                self._watch.violations.append(f"{fault}: the API answered {answer}")
            time.sleep(0.1)

    def _see_it_go_on(self, fault: str) -> None:
        back_s = time.monotonic()
        done = self._rooms.completed()
        self._drop_probe()
        for what, condition in (
            ("queries after it s", self._answers),
            ("work after it s", lambda: self._rooms.completed() > done),
        ):
            if not self._rooms.wait(condition, timeout_s=STUCK_S):
                self._watch.violations.append(f"{fault}: {what}: not within {STUCK_S:g}")
            self._watch.note(what, time.monotonic() - back_s, limit_s=RESUME_S, fault=fault)

    def _drop_probe(self) -> None:
        number = len(self._used)
        source = list(self._probes.sources.values())[number]
        name = f"PROBE_{number:03}.JPG"
        self._drop(Card(f"{PROBES} {number}", {name: source}))
        self._used[name] = source

    def _drop(self, card: Card) -> None:
        self._before |= evidence.originals(card.drop(self._rooms.settings.drop_dir))

    def _answers(self) -> bool:
        answer = self._rooms.ranch.try_to_ask(_QUERY)
        return answer is not None and "errors" not in answer

    def judge(self, cards: Sequence[Card], subscriber: Subscriber) -> Iterator[str]:
        """Yield what is not as it must be in the end."""
        everything = [*cards, *self._more, Card(PROBES, self._used)]
        names = self._rooms.sources(everything)
        if not self._rooms.wait_for_end(len(names), timeout_s=STUCK_S * self._watch.patience):
            yield f"stuck: {self._rooms.counts()}"
        yield from self._rooms.ended()
        yield from evidence.violations(self._rooms, everything, self._before)
        self._rooms.wait(lambda: all(subscriber.told[name] for name in names), timeout_s=RESUME_S)
        yield from subscriber.violations(list(names))


def _is_typed(answer: dict[str, Any] | None) -> bool:
    if answer is None:
        return False
    return all(error["extensions"]["code"] in _TYPED for error in answer.get("errors", ()))


@dataclass(frozen=True, slots=True)
class DeathInOutage:
    """A worker is killed, and PostgreSQL in the same moment or later while the dead one's lease still runs.

    With the times of a real Thumper, since those are what the promise is about.
    """

    name: str = "worker and database die"
    words: str = "kill -9 of a worker, and of PostgreSQL at once or while the dead one's lease still runs"
    real: bool = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run it once; the work of the dead has to be taken up as soon as after any other death."""
        began_s = time.monotonic()
        chance = random.Random(seed)
        watch = Watch()
        with contextlib.ExitStack() as stack:
            servers = stack.enter_context(OwnServers(scratch / "servers"))
            urls = {"database_url": servers.database_url, "redis_url": servers.redis_url}
            rooms = Rooms(scratch, changes=urls | _REAL_TIMES, direct_url=servers.database_url)
            stack.enter_context(rooms)
            _die(rooms, servers, chance, watch, size=size)
        return Outcome(
            scenario=self.name,
            seed=seed,
            images=size,
            faults={"kill -9 of PostgreSQL": 1, "kill -9 of the worker": 1},
            seconds=time.monotonic() - began_s,
            violations=tuple(watch.violations),
            measured=watch.worst,
        )


_REAL_TIMES: Final = {"lease_s": 30.0, "heartbeat_s": 10.0, "sweep_s": 10.0}
_HELD: Final = "SELECT FROM job WHERE state = 'processing' AND lease_token = ANY($1::uuid[]) LIMIT 1"


def _die(rooms: Rooms, servers: OwnServers, chance: random.Random, watch: Watch, *, size: int) -> None:
    """Let both die, and see how long the work of the dead worker is held."""
    (card,) = deal(size, cards=1, seed=chance.randrange(1 << 30))
    before = evidence.originals(card.drop(rooms.settings.drop_dir))
    rooms.is_busy_within(STUCK_S)
    time.sleep(chance.uniform(0, 0.3))
    rooms.kill("worker")
    died_s = time.monotonic()
    rows = rooms.query("SELECT DISTINCT lease_token FROM job WHERE state = 'processing'")
    tokens = [row["lease_token"] for row in rows]
    if not tokens:
        watch.violations.append("the worker died without work")
    rooms.open("worker")
    time.sleep(chance.choice([0, chance.uniform(0, _REAL_TIMES["lease_s"])]))
    servers.end_postgres(signal.SIGKILL)
    servers.start_postgres()

    def is_free() -> bool:
        rooms.reopen("worker")  # as a supervisor does: PostgreSQL may have been away when it started
        return not rooms.query(_HELD, tokens)

    rooms.wait(is_free, timeout_s=2 * STUCK_S)
    took_s = time.monotonic() - died_s
    watch.note("work of the dead is free s", took_s, limit_s=RESTART_S, fault="both died")
    if not rooms.wait_for_end(size, timeout_s=2 * STUCK_S):
        watch.violations.append(f"stuck: {rooms.counts()}")
    watch.violations += evidence.violations(rooms, [card], before)


DATABASE_RESTARTS: Final = DatabaseFaults(
    name="database restarts",
    words="PostgreSQL is killed with -9 and restarted in immediate mode, ten times a run, while photos come in",
    faults=RESTARTS,
)
DATABASE_WIRE: Final = DatabaseFaults(
    name="database cut off",
    words="the wire to PostgreSQL is cut, half-open, silent, slow, or carries rubbish, while photos come in",
    faults=WIRE_FAULTS * 2,
)
DEATH_IN_OUTAGE: Final = DeathInOutage()
