"""States of affairs in which work waits or goes slower than it could: the one list behind panel, log and API.

A process reports its condition with each heartbeat; the rest is seen from outside. To add one, add a member and its
meaning here, and a row in docs/operations.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from thumper.domain.progress import ProcessRole

MORE_MEMORY: Final = "Close other programs, or give the machine, or its control group, more memory or swap."
"""What to do where memory ran out."""

ROLE_NAMES: Final = {ProcessRole.SERVE: "API", ProcessRole.WATCH: "watcher", ProcessRole.WORK: "worker"}
"""What people call a process by what it does."""


def process_name(role: ProcessRole, host: str, *, here: str) -> str:
    """Return what people on the machine `here` call a process: with its machine if that is another one."""
    name = ROLE_NAMES[role]
    return name if host in {"", here} else f"{name} on {host}"


class Severity(StrEnum):
    """Whether somebody has to do something."""

    INFO = "info"
    """It passes by itself."""
    WARNING = "warning"
    """Somebody should look."""


class Condition(StrEnum):
    """One such state of affairs; its value is the stable code."""

    # Reported by workers.
    PREPARING_DETECTOR = "PREPARING_DETECTOR"
    COMPARING_DETECTOR = "COMPARING_DETECTOR"
    DETECTOR_FAILED = "DETECTOR_FAILED"
    DETECTOR_REPLACED = "DETECTOR_REPLACED"
    GPU_UNUSABLE = "GPU_UNUSABLE"
    MEMORY_SHORT = "MEMORY_SHORT"
    DECODER_FAILED = "DECODER_FAILED"
    DISK_FULL = "DISK_FULL"
    # Reported by watchers, as a full disk is.
    SOURCE_OFFLINE = "SOURCE_OFFLINE"
    INTAKE_FAILED = "INTAKE_FAILED"
    WATCH_DEGRADED = "WATCH_DEGRADED"
    # Seen from outside.
    STARTING = "STARTING"
    SILENT = "SILENT"
    NOT_RUNNING = "NOT_RUNNING"
    DATABASE_DOWN = "DATABASE_DOWN"
    API_DOWN = "API_DOWN"

    @property
    def meaning(self) -> Meaning:
        """What it means."""
        return _MEANINGS[self]


def foremost(told: Mapping[Condition, str]) -> tuple[Condition | None, str]:
    """Return the first condition that has a sentence, with that: a process reports one at a time."""
    return next(((condition, words) for condition, words in told.items() if words), (None, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a condition means; `begins` is its sentence where none is reported, `ends` its all-clear.

    In both `{who}` is a process, such as `worker` or `worker on barn`, and `{path}` a drop folder.
    """

    begins: str
    ends: str
    words: str
    """A few words for a line that says more than this."""
    severity: Severity = Severity.WARNING
    holds_images: bool = False
    """Whether images wait for a worker that is in it."""
    hides: bool = False
    """Whether nothing else is known of the process meanwhile, so that what it reported before has not ended."""


_MEANINGS: Final[dict[Condition, Meaning]] = {
    Condition.PREPARING_DETECTOR: Meaning(
        begins="The detector is being prepared.",
        ends="The {who} is ready.",
        words="preparing the detector",
        severity=Severity.INFO,
        holds_images=True,
        hides=True,
    ),
    Condition.COMPARING_DETECTOR: Meaning(
        begins="The detector is compared with fp32.",
        ends="The {who} is ready.",
        words="comparing the detector",
        severity=Severity.INFO,
        holds_images=True,
        hides=True,
    ),
    Condition.DETECTOR_FAILED: Meaning(
        begins="The detector cannot work.",
        ends="The detector works again.",
        words="the detector cannot work",
        holds_images=True,
        hides=True,
    ),
    Condition.DETECTOR_REPLACED: Meaning(
        begins="Another worker has made its detector the current one.",
        ends="The {who} has the current detector.",
        words="has another detector",
    ),
    Condition.GPU_UNUSABLE: Meaning(
        begins="The GPU cannot be used, so the CPU is.",
        ends="The GPU is used again.",
        words="on the CPU, as the GPU cannot be used",
    ),
    Condition.MEMORY_SHORT: Meaning(
        begins="The worker ended because memory ran out, and takes fewer photos at a time now.",
        ends="The {who} takes as many photos at a time as before.",
        words="memory ran out: fewer photos at a time",
    ),
    Condition.DECODER_FAILED: Meaning(
        begins="No photo can be decoded.",
        ends="Photos are decoded again.",
        words="no photo can be decoded",
        holds_images=True,
    ),
    Condition.DISK_FULL: Meaning(
        begins="A disk is full.",
        ends="The disk has room again; everything goes on.",
        words="waiting for room on a disk",
        holds_images=True,
    ),
    Condition.SOURCE_OFFLINE: Meaning(
        begins="The drop folder {path} cannot be read.",
        ends="The drop folder {path} is back.",
        words="waiting for the drop folder",
    ),
    Condition.INTAKE_FAILED: Meaning(
        begins="New photos cannot be taken in.",
        ends="New photos are taken in again.",
        words="new photos cannot be taken in",
    ),
    Condition.WATCH_DEGRADED: Meaning(
        begins="New photos are found later than they could be.",
        ends="New photos are found at once again.",
        words="watching by polling",
    ),
    Condition.STARTING: Meaning(
        begins="The {who} is starting.",
        ends="The {who} runs.",
        words="starting",
        severity=Severity.INFO,
        holds_images=True,
        hides=True,
    ),
    Condition.SILENT: Meaning(
        begins="The {who} has given no sign of life for more than 12 seconds.",
        ends="The {who} runs again.",
        words="DOWN",
        hides=True,
    ),
    Condition.NOT_RUNNING: Meaning(
        begins="No {who} runs.",
        ends="The {who} runs.",
        words="not running",
        hides=True,
    ),
    Condition.DATABASE_DOWN: Meaning(
        begins="PostgreSQL does not answer. Nothing is lost; everything goes on when it does.",
        ends="PostgreSQL answers again.",
        words="PostgreSQL does not answer",
    ),
    Condition.API_DOWN: Meaning(
        begins="The API does not answer.",
        ends="The API answers again.",
        words="the API does not answer",
    ),
}
