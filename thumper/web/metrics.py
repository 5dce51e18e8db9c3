"""What Prometheus reads: counts since the beginning, and how everything stands, as of the moment of asking.

Nothing is counted in a large table: totals are kept (`store/counters`), and indexes hold what waits.
"""

from __future__ import annotations

from typing import cast

from prometheus_client import CollectorRegistry, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN
from thumper.store.counters import counters
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.probe import unless_frozen
from thumper.store.status.ages import read_ages
from thumper.store.status.system_status import read_drop_folders, read_processes
from thumper.store.status.work_left import read_work_left
from thumper.web.answer import refused
from thumper.web.metric_families import MetricFamilies, Moment
from thumper.web.room import Room

# Else each of ours has a second family, with the time at which this process started.
disable_created_metrics()  # type: ignore[no-untyped-call]


async def metrics(request: Request) -> Response:
    """Answer in Prometheus' text format; 503 while PostgreSQL is away."""
    room = cast("Room", request.app.state.room)
    try:
        moment = await unless_frozen(_read(room), room.settings.postgres_url)
    except OUTAGES:
        return refused(503, DATABASE_DOWN, message=DATABASE_IS_DOWN)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(MetricFamilies(moment))
    registry.register(request.app.state.request_seconds)
    return Response(
        generate_latest(registry),
        headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"},
    )


async def _read(room: Room) -> Moment:
    return Moment(
        left=await read_work_left(),
        ages=await read_ages(),
        processes=await read_processes(),
        sources=await read_drop_folders(),
        counts=await counters.read(),
        disks=await room.disks.answer() or (),
        subscribers=room.live.subscribers,
    )
