"""The status of the system at one moment: counts, queue, speed, processes, last dumps.

Two statuses are equal when nothing differs that is worth a message to subscribers: the feed's number, the seconds since
a heartbeat and the time of a scan do not count.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from thumper.domain.condition import Condition
from thumper.domain.precision import Precision
from thumper.domain.progress import ProcessRole, ProcessState, SourceKind, SourceState, WatchMode
from thumper.domain.stage import Stage, StageTime
from thumper.domain.time_left import Arriving, time_left_s
from thumper.store.feed.snapshot import snapshot
from thumper.store.files import receipts, unplaced
from thumper.store.files.dump_search import ARRIVED, DumpSearch
from thumper.store.files.receipts import Receipt
from thumper.store.images import image_counts
from thumper.store.images.image_counts import ImageCounts
from thumper.store.images.image_tally import TOTAL, UNPLACED
from thumper.store.models import Dump
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Cut
from thumper.store.status.processes import DOWN_AFTER_S

LAST_DUMPS: Final = 5
"""How many dumps the status shows."""
DROP_FOLDERS: Final = 10
"""How many drop folders the status shows. There is one, unless THUMPER_DROP has changed."""


class Liveness(StrEnum):
    """Whether a process does its work."""

    ALIVE = "alive"
    """It gives signs of life and waits for work, or it is starting or stopping."""
    BUSY = "busy"
    """It gives signs of life and works."""
    DOWN = "down"
    """It was there and has been silent for too long."""
    NONE = "none"
    """There is none."""


_PREFERENCE: Final = (Liveness.BUSY, Liveness.ALIVE, Liveness.DOWN, Liveness.NONE)
"""Of several processes of a role, the first in this order is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStatus:
    """What is known of one process. `heartbeat_age_s` is on PostgreSQL's clock; None without a process."""

    role: ProcessRole
    liveness: Liveness = Liveness.NONE
    host: str = ""
    pid: int | None = None
    condition: Condition | None = None
    message: str = ""
    device: str | None = None
    detector_id: UUID | None = None
    detector_name: str | None = None
    detector_precision: Precision | None = None
    images_per_s: float | None = None
    stages: tuple[StageTime, ...] = field(default=(), compare=False)
    restarts: int = 0
    last_exit: str = ""
    started_at: dt.datetime | None = None
    heartbeat_age_s: float | None = field(default=None, compare=False)

    @property
    def lives(self) -> bool:
        """Whether it gives signs of life."""
        return self.liveness in {Liveness.ALIVE, Liveness.BUSY}


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpStatus:
    """One dump with its receipt and how far detection is with the images that it delivered first."""

    row: Dump
    settled_at: dt.datetime | None
    """Of the row, and compared as well, since rows with the same id are equal."""
    receipt: Receipt
    images: ImageCounts
    unplaced: int = 0
    """Images that it delivered first and that have no location."""

    def arriving(self, at: dt.datetime) -> Arriving:
        """Return its files at that moment, as far as the time left depends on them."""
        receipt = self.receipt
        return Arriving(
            waiting=receipt.waiting,
            settled=receipt.found - receipt.waiting,
            new=receipt.stored,
            elapsed_s=(at - self.row.first_seen_at).total_seconds(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One drop folder and whether watching it works; the columns of its row, which change with every scan."""

    kind: SourceKind
    state: SourceState
    display_path: str
    watch_mode: WatchMode | None
    watch_note: str | None
    canary_at: dt.datetime | None = field(compare=False)
    last_scan_at: dt.datetime | None = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus:
    """Everything at one moment. `held` images are among the pending ones, `queued` ones are not held."""

    seq: int = field(compare=False)
    read_at: dt.datetime = field(compare=False)
    images: ImageCounts
    held: int
    queued: int
    files_waiting: int
    unplaced: int
    """Images without a location."""
    processes: tuple[ProcessStatus, ...]
    dumps: tuple[DumpStatus, ...]
    sources: tuple[SourceStatus, ...] = ()

    @property
    def images_per_s(self) -> float | None:
        """Images per second of all living workers together; None while none reports it."""
        rates = [own.images_per_s for own in self.processes if _works(own) and own.images_per_s is not None]
        return sum(rates) if rates else None

    @property
    def eta_s(self) -> float | None:
        """Seconds until all images and waiting files are done; None when there are none, or no rate is known."""
        return time_left_s(
            images=self.queued + self.images.processing,
            files=self.files_waiting,
            arriving=[own.arriving(self.read_at) for own in self.dumps],
            images_per_s=self.images_per_s,
        )

    def of(self, role: ProcessRole) -> ProcessStatus:
        """Return the process that is shown for a role: a busy one, else a living one, else one that is down."""
        return shown(self.processes, role)


def shown(processes: Sequence[ProcessStatus], role: ProcessRole) -> ProcessStatus:
    """Return the process that is shown for a role: a busy one, else a living one, else one that is down."""
    own = [process for process in processes if process.role is role]
    return min(own, key=lambda process: _PREFERENCE.index(process.liveness), default=ProcessStatus(role=role))


def _works(process: ProcessStatus) -> bool:
    return process.role is ProcessRole.WORK and process.lives


async def read_status() -> SystemStatus:
    """Read everything as of one moment."""
    async with snapshot() as seq:
        counts = (await client().execute_query_dict(_COUNTS))[0]
        process = await read_processes()
        dumps = await _last_dumps()
        sources = await read_drop_folders()
    states = {state: counts[state] for state in ("pending", "processing", "completed", "failed")}
    return SystemStatus(
        seq=seq,
        read_at=counts["read_at"],
        images=ImageCounts(**states),
        held=counts["held"],
        queued=counts["queued"],
        files_waiting=counts["files_waiting"],
        unplaced=counts["unplaced"],
        processes=tuple(process),
        dumps=tuple(dumps),
        sources=tuple(sources),
    )


# Unfinished images have a partial index, and all of them a tally. A job's image is looked up by its id and not joined:
# before PostgreSQL's statistics know of a backlog, its plan for a join reads all waiting jobs for each waiting image.
_COUNTS: Final = f"""
WITH unfinished AS (
    SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
        count(*) FILTER (WHERE state = 'processing') AS processing,
        count(*) FILTER (WHERE state = 'failed') AS failed
    FROM image WHERE state <> 'completed'
), waiting AS (
    SELECT count(*) FILTER (WHERE job.held) AS held, count(*) FILTER (WHERE NOT job.held) AS queued
    FROM job WHERE job.state = 'pending' AND job.detector_id = (SELECT id FROM detector WHERE current)
        AND (SELECT image.state FROM image WHERE image.id = job.image_id) = 'pending'
)
SELECT unfinished.*, waiting.*, now() AS read_at,
    {TOTAL} - pending - processing - failed AS completed,
    (SELECT count(*) FROM file WHERE state IN ('seen', 'stable')) AS files_waiting,
    {UNPLACED} AS unplaced
FROM unfinished, waiting
"""

# A silent process with a younger one of its role on the same machine has been replaced.
_PROCESSES: Final = """
SELECT process.role, process.state, process.host, process.pid, process.condition, process.message, process.device,
    process.detector_id, detector.name AS detector_name, detector.precision AS detector_precision,
    process.images_per_s, process.stages,
    process.restarts,
    process.last_exit, process.started_at,
    extract(epoch FROM clock_timestamp() - process.heartbeat_at)::float8 AS heartbeat_age_s
FROM process LEFT JOIN detector ON detector.id = process.detector_id
WHERE process.heartbeat_at >= now() - make_interval(secs => $1) OR NOT EXISTS (
    SELECT 1 FROM process AS younger
    WHERE younger.role = process.role AND younger.host = process.host
        AND younger.started_at > process.started_at)
ORDER BY process.role, process.started_at DESC, process.id
"""


async def read_processes() -> list[ProcessStatus]:
    """Read every process that lives, and those that are down and were not replaced on their machine."""
    rows = await client().execute_query_dict(_PROCESSES, [DOWN_AFTER_S])
    return [_of_row(row) for row in rows]


def _of_row(row: dict[str, Any]) -> ProcessStatus:
    state = ProcessState(row.pop("state"))
    row["condition"] = row["condition"] and Condition(row["condition"])
    liveness = Liveness.BUSY if state is ProcessState.BUSY else Liveness.ALIVE
    if row["heartbeat_age_s"] > DOWN_AFTER_S:
        liveness = Liveness.DOWN
    elif state in {ProcessState.STARTING, ProcessState.STOPPING}:
        if state is ProcessState.STARTING:
            row["condition"] = row["condition"] or Condition.STARTING
        row["message"] = row["message"] or state.value
    told = {"role": ProcessRole(row["role"]), "liveness": liveness, "stages": _stages(row["stages"])}
    if row["detector_precision"] is not None:
        told["detector_precision"] = Precision(row["detector_precision"])
    return ProcessStatus(**row | told)


def _stages(stored: str | None) -> tuple[StageTime, ...]:
    seconds: dict[str, float] = json.loads(stored or "{}")
    return tuple(StageTime(stage, seconds[stage]) for stage in Stage if seconds.get(stage, 0) > 0)


_DROP_FOLDERS: Final = f"""
SELECT kind, state, display_path, watch_mode, watch_note, canary_at, last_scan_at FROM source
WHERE kind = 'drop' ORDER BY watch_mode IS NULL, last_scan_at DESC NULLS LAST, id LIMIT {DROP_FOLDERS}
"""


async def read_drop_folders() -> list[SourceStatus]:
    """Read the drop folders: those that are watched first, then those that were."""
    rows = await client().execute_query_dict(_DROP_FOLDERS)
    return [
        SourceStatus(
            **row
            | {
                "kind": SourceKind(row["kind"]),
                "state": SourceState(row["state"]),
                "watch_mode": WatchMode(row["watch_mode"]) if row["watch_mode"] else None,
            }
        )
        for row in rows
    ]


async def _last_dumps() -> list[DumpStatus]:
    page = await DumpSearch().read(order=ARRIVED.descending, cut=Cut(limit=LAST_DUMPS))
    return await dump_statuses(page.rows)


async def dump_statuses(dumps: Sequence[Dump]) -> list[DumpStatus]:
    """Count the files and images of dumps."""
    ids = [dump.id for dump in dumps]
    counted = await receipts.of_dumps(ids)
    images = await image_counts.of_dumps(ids)
    without_place = await unplaced.counts(ids)
    return [
        DumpStatus(
            row=dump,
            settled_at=dump.settled_at,
            receipt=counted[dump.id],
            images=images[dump.id],
            unplaced=without_place[dump.id],
        )
        for dump in dumps
    ]
