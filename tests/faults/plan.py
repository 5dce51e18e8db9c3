"""Everything that `make faults` runs: which scenario, with which seeds, on how many images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.clocks import CLOCK_JUMPS, SKEWED_CLOCKS
from tests.faults.database import DATABASE_RESTARTS, DATABASE_WIRE, DEATH_IN_OUTAGE
from tests.faults.deaths import WorkerDeaths
from tests.faults.device import DeviceTrouble
from tests.faults.disk_full import DATABASE_DISK_FULL, THUMBNAIL_DISK_FULL
from tests.faults.kills import Kills
from tests.faults.mutants import MutantsThroughDecode, MutantsThroughIngest
from tests.faults.people import PeoplesWork
from tests.faults.poison import Poison
from tests.faults.redis_faults import Flushes, NoRedis
from tests.faults.scenario import Scenario
from tests.faults.signals import Sigterms
from tests.faults.upgrade import MigrationKilled


@dataclass(frozen=True, slots=True)
class Entry:
    """A scenario with its seeds; each is one run on `size` images."""

    scenario: Scenario
    seeds: Sequence[int]
    size: int


def seeds(number: int) -> range:
    """Return that many seeds, from 1 on."""
    return range(1, number + 1)


PLAN: Final[tuple[Entry, ...]] = (
    Entry(Kills(kills=10), seeds(20), 2000),
    Entry(WorkerDeaths(deaths=3), seeds(3), 1000),
    Entry(Sigterms(signals=10), seeds(5), 1000),
    Entry(Flushes(flushes=20), seeds(1), 2000),
    Entry(NoRedis(queries=30), seeds(1), 2000),
    Entry(DATABASE_RESTARTS, seeds(2), 1000),
    Entry(DATABASE_WIRE, seeds(2), 600),
    Entry(DEATH_IN_OUTAGE, seeds(3), 300),
    Entry(THUMBNAIL_DISK_FULL, seeds(2), 200),
    Entry(DATABASE_DISK_FULL, seeds(2), 200),
    Entry(SKEWED_CLOCKS, seeds(2), 500),
    Entry(CLOCK_JUMPS, seeds(2), 500),
    Entry(Poison(), seeds(1), 300),
    Entry(DeviceTrouble(), seeds(1), 200),
    Entry(PeoplesWork(kills=200), seeds(1), 40),
    Entry(MutantsThroughIngest(), seeds(1), 5000),
    Entry(MutantsThroughDecode(), seeds(1), 50_000),
    Entry(MigrationKilled(), seeds(3), 50_000),
)
