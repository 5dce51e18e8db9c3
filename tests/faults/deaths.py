"""A worker is killed while everything runs with the default times: it shows in the status, and its work runs again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from tests.faults.campaign import Campaign
from tests.faults.scenario import Outcome
from tests.faults.stage import Stage
from thumper.settings import Settings

SHOWN_S: Final = 15.0
"""Within this the status says that a worker died: the promise."""
PATIENCE_S: Final = 60.0
LOOK_S: Final = 0.1

QUERY: Final = "{ status { worker { state restartCount } } }"
_LIVES: Final = ("ALIVE", "BUSY")
_DEFAULTS: Final = {
    name: Settings.model_fields[name].default
    for name in ("lease_s", "heartbeat_s", "sweep_s", "poll_s", "settle_s", "look_s", "rescan_s")
}


@dataclass(frozen=True, slots=True)
class WorkerDeaths:
    """A number of deaths of the worker, each after the work of the one before runs again."""

    deaths: int = 3

    name: ClassVar[str] = "the worker dies"
    words: ClassVar[str] = "kill -9 of the worker with the default times, again when its work runs again"
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Kill it, and see when that shows and when its work is taken up."""
        stage = Stage(scratch, changes=_DEFAULTS, environment={"FAULTY_PAUSE_S": ""})
        return Campaign(self.name, seed, size, stage, faults=self.deaths, disturb=_kill).run()


def _kill(campaign: Campaign) -> None:
    before = _worker(campaign.stage)
    held = campaign.monitor.leased()
    if not held or before is None or before["state"] not in _LIVES or not campaign.stage.kill("worker"):
        return
    campaign.done["worker"] += 1
    taken_up = len(campaign.monitor.restarted_s) + 1
    campaign.monitor.note_death(held)
    began_s = time.monotonic()
    shown_s = None
    while time.monotonic() - began_s < PATIENCE_S:
        now = _worker(campaign.stage)
        if shown_s is None and now is not None and _tells_death(before, now):
            shown_s = time.monotonic() - began_s
            campaign.worst("death shown after s", shown_s)
        if shown_s is not None and len(campaign.monitor.restarted_s) >= taken_up:
            break
        time.sleep(LOOK_S)
    if shown_s is None or shown_s > SHOWN_S:
        campaign.violations.append(f"the status did not say within {SHOWN_S:g} s that the worker had died")


def _tells_death(before: dict[str, Any], now: dict[str, Any]) -> bool:
    return now["state"] not in _LIVES or now["restartCount"] > before["restartCount"]


def _worker(stage: Stage) -> dict[str, Any] | None:
    answer = stage.ranch.try_to_ask(QUERY)
    found: dict[str, Any] | None = (
        answer["data"]["status"]["worker"] if answer and answer.get("data") else None
    )
    return found
