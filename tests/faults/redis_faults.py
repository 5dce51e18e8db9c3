"""Redis forgets everything every few seconds, or is not there from the beginning to the end."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import redis

from tests.faults.campaign import Campaign
from tests.faults.scenario import Outcome
from tests.faults.stage import Stage
from tests.journeys.conftest import free_port
from thumper.embedded.servers import find_running

QUERY: Final = "{ status { imageCounts { total completed } } images(first: 5) { nodes { fileName } } }"


@dataclass(frozen=True, slots=True)
class Flushes:
    """`FLUSHALL` a number of times, a few seconds apart."""

    flushes: int = 10

    name: ClassVar[str] = "FLUSHALL"
    words: ClassVar[str] = "Redis is emptied again and again"
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Flush until all is done, and let the rest of the photos end."""
        return Campaign(
            self.name, seed, size, Stage(scratch), faults=self.flushes, disturb=_flush, pause_s=(1.0, 4.0)
        ).run()


def _flush(campaign: Campaign) -> None:
    servers = find_running(campaign.stage.settings)
    with contextlib.suppress(redis.ConnectionError):
        if servers is not None and redis.Redis.from_url(servers.redis_url).flushall():
            campaign.done["FLUSHALL"] += 1


@dataclass(frozen=True, slots=True)
class NoRedis:
    """No server listens at the address of Redis. A query a second must be answered all the while."""

    queries: int = 10

    name: ClassVar[str] = "no Redis"
    words: ClassVar[str] = "Redis is not there for the whole run; queries are asked and must be answered"
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Let all photos through, and ask in between."""
        stage = Stage(scratch, changes={"redis_url": f"redis://127.0.0.1:{free_port()}"})
        return Campaign(
            self.name, seed, size, stage, faults=self.queries, disturb=_ask, pause_s=(0.5, 1.5)
        ).run()


def _ask(campaign: Campaign) -> None:
    began_s = time.monotonic()
    answer = campaign.stage.ranch.try_to_ask(QUERY)
    campaign.worst("answer s", time.monotonic() - began_s)
    if answer is None or "errors" in answer:
        campaign.violations.append(f"a query was not answered without Redis: {answer}")
    campaign.done["queries without Redis"] += 1
