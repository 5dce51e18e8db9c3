"""The metrics themselves: names, labels, units and a sentence for each. What they mean stands in `docs/monitoring.md`.

Labels are few and bounded: never a file, a deer or what a client makes up.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from thumper import __version__
from thumper.domain.progress import FileState, ImageState, ProcessRole, SourceState
from thumper.domain.reason import Reason
from thumper.store.counters.counters import Count, Counted
from thumper.store.disk.disk_space import OwnDisk
from thumper.store.postgres.schema_version import known_migrations
from thumper.store.status.ages import Ages
from thumper.store.status.system_status import ProcessStatus, SourceStatus, shown
from thumper.store.status.work_left import WorkLeft


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Everything that is told, as of one moment."""

    left: WorkLeft
    ages: Ages
    processes: Sequence[ProcessStatus]
    sources: Sequence[SourceStatus]
    counts: Sequence[Count]
    disks: Sequence[OwnDisk]
    subscribers: int


class MetricFamilies(Collector):
    """The metrics of one moment."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        for part in (_build, _totals, _images, _queue, _processes, _workers, _sources, _disks, _others):
            yield from part(self._moment)


Samples = Iterable[tuple[tuple[str, ...], float]]
"""Values, each with those of its labels."""


def _gauge(name: str, text: str, samples: Samples, *, labels: Sequence[str] = ()) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, value in dict(samples).items():  # two equal series would make the whole answer unreadable
        family.add_metric(values, value)
    return family


def _counter(name: str, text: str, samples: Samples, *, labels: Sequence[str]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for values, value in dict(samples).items():
        family.add_metric(values, value)
    return family


def _build(_: Moment) -> Iterator[Metric]:
    values = (__version__, known_migrations()[-1], platform.python_version())
    text = "Always 1; which version of Thumper runs, on which schema and Python."
    yield _gauge("thumper_build_info", text, [(values, 1)], labels=("version", "schema", "python"))


_ENDED: Final = (FileState.STORED, FileState.DUPLICATE, FileState.REJECTED)
_RESULTS: Final = (ImageState.COMPLETED, ImageState.FAILED)


def _totals(moment: Moment) -> Iterator[Metric]:
    """Yield what ever happened. What may happen is there from the beginning, so that its first time is an increase."""

    def of(name: Counted, known: Iterable[str] = ()) -> Samples:
        told = {(label,): 0 for label in known}
        return (told | {(own.label,): own.count for own in moment.counts if own.name is name}).items()

    yield _counter(
        "thumper_files", "Files that settled, by outcome.", of(Counted.FILES, _ENDED), labels=["outcome"]
    )
    yield _counter(
        "thumper_rejections",
        "Files that were rejected, by reason.",
        of(Counted.REJECTIONS, Reason),
        labels=["reason"],
    )
    yield _counter(
        "thumper_images_processed",
        "Looks of a detector at an image that ended, by result.",
        of(Counted.IMAGES, _RESULTS),
        labels=["result"],
    )
    yield _counter(
        "thumper_detections",
        "Boxes that were found and are shown, by label.",
        of(Counted.DETECTIONS),
        labels=["label"],
    )
    restarts = [((own.label, own.host), own.count) for own in moment.counts if own.name is Counted.RESTARTS]
    yield _counter(
        "thumper_process_restarts",
        "Starts of a process after the first on its machine.",
        restarts,
        labels=["role", "host"],
    )


def _images(moment: Moment) -> Iterator[Metric]:
    left = moment.left
    states = [((state.value,), getattr(left.images, state.value)) for state in ImageState]
    yield _gauge("thumper_images", "Images by how far detection is.", states, labels=["state"])
    yield _gauge("thumper_images_held", "Pending images that nobody has sent to detection.", _one(left.held))


def _queue(moment: Moment) -> Iterator[Metric]:
    left, ages = moment.left, moment.ages
    yield _gauge("thumper_queue_depth", "Images that wait for a worker.", _one(left.queued))
    yield _gauge(
        "thumper_queue_oldest_age_seconds",
        "How long the oldest image has been waiting for a worker; 0 when none waits.",
        _one(ages.queue_oldest_s or 0),
    )
    yield _gauge("thumper_files_arriving", "Files that were found and have not been read.", _one(left.files))
    yield _gauge(
        "thumper_files_oldest_age_seconds",
        "How long the oldest file of the drop folder has been waiting to be read; 0 when none waits.",
        _one(ages.file_oldest_s or 0),
    )


def _processes(moment: Moment) -> Iterator[Metric]:
    """Yield whether each process lives; one that is nowhere is told without a host."""
    lives: dict[tuple[str, ...], float] = {}
    for role in ProcessRole:
        own = [process for process in moment.processes if process.role is role]
        for process in own or [shown((), role)]:
            series = (role.value, process.host)
            lives[series] = max(lives.get(series, 0), process.lives)
    yield _gauge(
        "thumper_process_up", "Whether a process gives signs of life.", lives.items(), labels=["role", "host"]
    )


def _workers(moment: Moment) -> Iterator[Metric]:
    own = [process for process in moment.processes if process.lives]
    yield _gauge(
        "thumper_worker_images_per_second",
        "Speed over the last half minute.",
        [((one.host, str(one.pid)), one.images_per_s) for one in own if one.images_per_s is not None],
        labels=["host", "pid"],
    )
    yield _gauge(
        "thumper_worker_stage_seconds_per_image",
        "What a stage takes for one image; the largest limits the worker.",
        [
            ((one.host, str(one.pid), time.stage.value), time.seconds_per_image)
            for one in own
            for time in one.stages
        ],
        labels=["host", "pid", "stage"],
    )


def _sources(moment: Moment) -> Iterator[Metric]:
    watched = [own for own in moment.sources if own.watch_mode is not None]
    yield _gauge(
        "thumper_source_online",
        "Whether a watched folder can be read.",
        [((own.display_path,), own.state is SourceState.ONLINE) for own in watched],
        labels=["source"],
    )
    yield _gauge(
        "thumper_last_scan_age_seconds",
        "Time since a watched folder was last scanned completely.",
        [
            ((own.display_path,), max(0.0, (moment.left.read_at - own.last_scan_at).total_seconds()))
            for own in watched
            if own.last_scan_at is not None
        ],
        labels=["source"],
    )


def _disks(moment: Moment) -> Iterator[Metric]:
    spaces = [((own.title,), own.space) for own in moment.disks if own.space is not None]
    yield _gauge(
        "thumper_disk_free_bytes",
        "Room on a disk that Thumper fills.",
        [(title, space.free_bytes) for title, space in spaces],
        labels=["root"],
    )
    yield _gauge(
        "thumper_disk_reserve_bytes",
        "How much of it is left alone: with less, work pauses.",
        [(title, space.reserve_bytes) for title, space in spaces],
        labels=["root"],
    )


def _others(moment: Moment) -> Iterator[Metric]:
    backup_s = moment.ages.backup_s
    yield _gauge(
        "thumper_last_backup_age_seconds",
        "Time since the moment that the newest backup holds; absent without one.",
        [] if backup_s is None else _one(max(0.0, backup_s)),
    )
    yield _gauge("thumper_subscribers", "Subscriptions that are open.", _one(moment.subscribers))


def _one(value: float) -> Samples:
    return [((), value)]
