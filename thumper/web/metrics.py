"""What Prometheus reads: counts, queue, speed, processes and the worker's stages, as of the moment of asking."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN
from thumper.store.postgres.connect import OUTAGES
from thumper.store.status.system_status import SystemStatus, read_status
from thumper.web.answer import refused


async def metrics(_request: Request) -> Response:
    """Answer in Prometheus' text format; 503 while PostgreSQL is away."""
    try:
        status = await read_status()
    except OUTAGES:
        return refused(503, DATABASE_DOWN, message=DATABASE_IS_DOWN)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(status))
    return Response(
        generate_latest(registry),
        headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"},
    )


class _Snapshot(Collector):
    """The gauges of one moment."""

    def __init__(self, status: SystemStatus) -> None:
        self._status = status

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every gauge."""
        status = self._status
        images = GaugeMetricFamily("thumper_images", "Images by how far detection is.", labels=["state"])
        for state in ("pending", "processing", "completed", "failed"):
            images.add_metric([state], getattr(status.images, state))
        yield images
        yield GaugeMetricFamily(
            "thumper_images_held", "Pending images that nobody has sent to detection.", status.held
        )
        yield GaugeMetricFamily("thumper_queue_depth", "Images that wait for a worker.", status.queued)
        yield GaugeMetricFamily(
            "thumper_files_arriving", "Files that were found and have not been read.", status.files_waiting
        )
        yield from self._processes()
        yield from self._workers()

    def _processes(self) -> Iterator[GaugeMetricFamily]:
        labels = ["role", "host", "pid"]
        alive = GaugeMetricFamily(
            "thumper_process_up", "Whether a process gives signs of life.", labels=labels
        )
        restarts = GaugeMetricFamily(
            "thumper_process_restarts", "How often a process was started again.", labels=labels
        )
        for own in self._status.processes:
            names = [own.role.value, own.host, str(own.pid)]
            alive.add_metric(names, own.lives)
            restarts.add_metric(names, own.restarts)
        yield alive
        yield restarts

    def _workers(self) -> Iterator[GaugeMetricFamily]:
        rate = GaugeMetricFamily(
            "thumper_worker_images_per_second", "Speed over the last half minute.", labels=["host", "pid"]
        )
        stages = GaugeMetricFamily(
            "thumper_worker_stage_seconds_per_image",
            "What a stage takes for one image; the largest limits the worker.",
            labels=["host", "pid", "stage"],
        )
        for own in self._status.processes:
            if own.lives and own.images_per_s is not None:
                rate.add_metric([own.host, str(own.pid)], own.images_per_s)
            for time in own.stages if own.lives else ():
                stages.add_metric([own.host, str(own.pid), time.stage.value], time.seconds_per_image)
        yield rate
        yield stages
