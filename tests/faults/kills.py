"""kill -9, again and again, of whatever runs: the rooms, Redis and PostgreSQL, one at a time and several at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from tests.faults.campaign import Campaign
from tests.faults.monitor import AWAY
from tests.faults.scenario import Outcome
from tests.faults.stage import Stage

VICTIMS: Final = ("worker", "worker", "watcher", "API", "Redis", "PostgreSQL")
"""Who is drawn, as often as it stands here."""
CHANCE_OF_TWO: Final = 0.3
"""How often a second process is killed in the same moment."""

_LONE: Final = (
    "SELECT count(*) AS lone FROM job WHERE claimed_alone AND state = 'processing' AND crash_count > 1"
)
"""An image that seems to have killed two workers while it was alone: a third death would be its end."""


@dataclass(frozen=True, slots=True)
class Kills:
    """A number of kills while photos are on their way, `together` at a time, into the recovery of each other."""

    kills: int = 10
    together: int = 1

    name: ClassVar[str] = "kill -9"
    words: ClassVar[str] = (
        "watcher, worker, API, Redis and PostgreSQL are killed at random, also several at once"
    )
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Kill until all kills were done, and let the rest of the photos end."""
        return Campaign(
            self.name,
            seed,
            size,
            Stage(scratch),
            faults=self.kills,
            disturb=_Killer().strike,
            together=self.together,
        ).run()


class _Killer:
    """Postpones a kill of a worker that holds nothing as it is drawn: such a kill would show nothing."""

    def __init__(self) -> None:
        self._postponed = 0

    def strike(self, campaign: Campaign) -> None:
        """Kill one process or two."""
        drawn = [campaign.dice.choice(VICTIMS)]
        if campaign.dice.random() < CHANCE_OF_TWO:
            drawn.append(campaign.dice.choice(VICTIMS))
        self._postponed += "worker" in drawn
        if self._postponed and _kill_worker(campaign):
            self._postponed -= 1
            campaign.done["worker"] += 1
        others = [victim for victim in dict.fromkeys(drawn) if victim != "worker"]
        campaign.done.update(victim for victim in others[: campaign.left] if campaign.stage.kill(victim))


def _kill_worker(campaign: Campaign) -> bool:
    held = campaign.monitor.leased()
    if not held or _is_third_of_one(campaign.stage) or not campaign.stage.kill("worker"):
        return False
    campaign.monitor.note_death(held)
    return True


def _is_third_of_one(stage: Stage) -> bool:
    """Whether an image could be taken for poison that is none; also when PostgreSQL is away."""
    try:
        return bool(stage.query(_LONE)[0]["lone"])
    except AWAY:
        return True
