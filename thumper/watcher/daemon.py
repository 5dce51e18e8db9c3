"""Watching the drop folder for ever, through outages of PostgreSQL and of the folder itself.

The daemon waits for a hint or for the next due time, then runs a turn of the watch loop.
When PostgreSQL is away, or after an unforeseen error, it starts afresh from the database's
rows: the scan finds again what was not recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import Final
from uuid import UUID

import structlog

from thumper.background import beside, set_within
from thumper.ingest.context import IngestContext
from thumper.settings import Settings
from thumper.store.disk.disk_room import DiskRoom
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.outage import Outage, says
from thumper.watcher.change_detection import ChangeDetection
from thumper.watcher.hints import Hints
from thumper.watcher.root import Health, Root
from thumper.watcher.watch_loop import WatchLoop

log = structlog.get_logger(__name__)

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 2.0
"""Longest pause between tries while PostgreSQL is away; each is twice the one before."""
_NO_ROOM_S: Final = 2.0
"""Time between two checks whether a full disk has room again."""
_COALESCE_S: Final = 0.1
"""How long further events are collected after the first."""
_CLOSE_S: Final = 2.0
_LEAST_REST_S: Final = 0.005
_MOST_REST_S: Final = 2.0
"""Longest pause between two looks at the folder and the disks: people are to know within 5 s that one is lost."""


async def watch(context: IngestContext, *, stop: asyncio.Event, health: Health) -> None:
    """Watch the drop folder of the settings until `stop` is set; the database must be open."""
    path = os.fsencode(context.settings.drop_dir)
    hints = Hints()
    detection = ChangeDetection(path, hints, settings=context.settings)
    root = Root(path, detection, keep=context.settings.keep, health=health)
    loop = WatchLoop(context, root, hints=hints, health=health)
    try:
        async with beside(root.keep_listening()):
            await _turn_until(stop, loop, settings=context.settings, hints=hints, health=health)
    finally:
        with contextlib.suppress(TimeoutError):  # a file system that does not answer must not hold up the end
            await asyncio.wait_for(detection.close(), _CLOSE_S)


async def _turn_until(
    stop: asyncio.Event, loop: WatchLoop, *, settings: Settings, hints: Hints, health: Health
) -> None:
    source_id: UUID | None = None
    told = says("PostgreSQL is away; trying again")
    outage = Outage(pause_s=_FIRST_PAUSE_S, longest_s=_LONGEST_PAUSE_S, tell=told)
    room = DiskRoom(settings)
    while not stop.is_set():
        if not await _has_room(room, health):
            await _wait(stop, timeout_s=_NO_ROOM_S)
            continue
        try:
            source_id = source_id or await loop.begin()
            await loop.turn(source_id)
        except OUTAGES as error:
            source_id = None
            await outage.pause(error, until=stop)
        except Exception:
            log.exception("the watch failed; starting afresh from the database")
            source_id = None
            await outage.pause(until=stop)
        else:
            outage.over()
            await _rest(stop, hints, until_s=loop.next_turn_s())
    if source_id is not None:
        with contextlib.suppress(*OUTAGES):
            await loop.end(source_id)


async def _has_room(room: DiskRoom, health: Health) -> bool:
    """Return whether the disks have room; log when one fills up, and report it in heartbeats while it is full."""
    words = await room.look()
    if words and not health.want_of_room:
        log.warning("the watch pauses", reason=words)
    health.want_of_room = words
    return not words


async def _rest(stop: asyncio.Event, hints: Hints, *, until_s: float) -> None:
    """Wait for a hint, for a time, or for the end."""
    timeout_s = until_s - time.monotonic()
    if timeout_s <= 0:
        await asyncio.sleep(_LEAST_REST_S)
        return
    waits = {asyncio.create_task(stop.wait()), asyncio.create_task(hints.wait())}
    try:
        done, _ = await asyncio.wait(
            waits, timeout=min(timeout_s, _MOST_REST_S), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for wait in waits:
            wait.cancel()
    if done:
        await _wait(stop, timeout_s=_COALESCE_S)


async def _wait(stop: asyncio.Event, *, timeout_s: float) -> None:
    await set_within(stop, timeout_s)
