"""SIGTERM while work is in flight: what is in hand is written or released, and the process ends well and in time."""

from __future__ import annotations

import contextlib
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import psutil

from tests.faults.campaign import Campaign
from tests.faults.monitor import AWAY
from tests.faults.scenario import Outcome
from tests.faults.stage import Stage

VICTIMS: Final = ("worker", "worker", "worker", "watcher", "API", "everything")
ROLES: Final = {"worker": "work", "watcher": "watch", "API": "serve"}
LONGEST_S: Final = 10.0
"""Within this a process that got SIGTERM has ended: the promise."""
RESTART_S: Final = 30.0

_STILL_HELD: Final = (
    "SELECT count(*) AS jobs FROM job WHERE id = ANY($1) AND state = 'processing' AND lease_token = ANY($2)"
)
_LEASES: Final = "SELECT id, lease_token FROM job WHERE state = 'processing'"
_EXIT: Final = (
    "SELECT last_exit FROM process WHERE role = $1 AND restarts > 0 ORDER BY started_at DESC LIMIT 1"
)
_BLAMED: Final = "SELECT count(*) AS jobs FROM job WHERE crash_count > 0 OR alone"


@dataclass(frozen=True, slots=True)
class Sigterms:
    """A number of SIGTERMs to rooms of `thumper up`, and to all of it."""

    signals: int = 5

    name: ClassVar[str] = "SIGTERM"
    words: ClassVar[str] = "worker, watcher, API or all of `thumper up` are asked to end while they work"
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Ask, see how it ends, and let the rest of the photos end."""
        return Campaign(self.name, seed, size, Stage(scratch), faults=self.signals, disturb=_ask_to_end).run()


def _ask_to_end(campaign: Campaign) -> None:
    victim = campaign.dice.choice(VICTIMS)
    leases = _leases(campaign.stage)
    if victim in ("worker", "everything") and not leases:
        return
    if victim == "everything":
        _end_everything(campaign)
    else:
        process = campaign.stage.process(victim)
        if process is None or not _is_up(campaign.stage, process, victim):
            return
        began_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(LONGEST_S * 3)
        _note_end(campaign, victim, time.monotonic() - began_s)
        _note_exit(campaign, victim)
    if victim == "worker":
        _note_held(campaign, leases)
    campaign.done[victim] += 1
    if blamed := _query(campaign.stage, _BLAMED, "jobs"):
        campaign.violations.append(f"{blamed} photos are suspected after SIGTERM, as if a worker had died")


def _end_everything(campaign: Campaign) -> None:
    up = campaign.stage.ranch.processes["up"]
    began_s = time.monotonic()
    up.send_signal(signal.SIGTERM)
    code = up.wait(LONGEST_S * 3)
    _note_end(campaign, "everything", time.monotonic() - began_s)
    if code != 0:
        campaign.violations.append(f"thumper up ended with {code} after SIGTERM")
    campaign.stage.start("up")
    campaign.stage.ranch.wait_for_api(120)


def _note_end(campaign: Campaign, victim: str, took_s: float) -> None:
    campaign.worst(f"{victim} ended after s", took_s)
    if took_s > LONGEST_S:
        campaign.violations.append(f"{victim} took {took_s:.1f} s to end after SIGTERM")


def _note_exit(campaign: Campaign, victim: str) -> None:
    """Read from the next process of that role how this one ended."""
    give_up_at = time.monotonic() + RESTART_S
    seen = ""
    while not seen and time.monotonic() < give_up_at:
        time.sleep(0.2)
        with contextlib.suppress(*AWAY):
            rows = campaign.stage.query(_EXIT, ROLES[victim])
            seen = rows[0]["last_exit"] if rows else ""
    if not seen.startswith("exit code 0"):
        campaign.violations.append(f"{victim} ended with {seen!r} after SIGTERM")


def _note_held(campaign: Campaign, leases: dict[str, str]) -> None:
    held = _query(campaign.stage, _STILL_HELD, "jobs", list(leases), list(leases.values()))
    if held:
        campaign.violations.append(
            f"{held} photos are still in the hands of a worker that ended after SIGTERM"
        )


def _leases(stage: Stage) -> dict[str, str]:
    with contextlib.suppress(*AWAY):
        return {row["id"]: row["lease_token"] for row in stage.query(_LEASES)}
    return {}


def _is_up(stage: Stage, process: psutil.Process, victim: str) -> bool:
    """Whether that process has come so far that it signs for itself; one that is only starting is killed at once."""
    return bool(
        _query(
            stage,
            "SELECT count(*) AS up FROM process WHERE role = $1 AND pid = $2",
            "up",
            ROLES[victim],
            process.pid,
        )
    )


def _query(stage: Stage, statement: str, column: str, *values: object) -> int:
    with contextlib.suppress(*AWAY):
        return int(stage.query(statement, *values)[0][column])
    return 0
