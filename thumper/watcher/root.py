"""Tracking whether the watched folder is there, and how it is watched.

A folder that is missing, unmounted or suddenly empty is offline: that is recorded and
shown, and nothing else changes.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from thumper.domain.condition import Condition, foremost
from thumper.domain.keep import Keep
from thumper.domain.path_text import readable
from thumper.domain.progress import ProcessState, SourceState, WatchMode
from thumper.store.disk.library_claim import has_entries
from thumper.store.files import sources
from thumper.store.postgres.connect import OUTAGES
from thumper.store.status.processes import Beat
from thumper.watcher.change_detection import ChangeDetection
from thumper.watcher.disk import Disk
from thumper.watcher.scan import root_identity

log = structlog.get_logger(__name__)

MISSING: Final = "is missing or cannot be read. Mount its disk, or create it."
EMPTY: Final = "is empty, though it held files. Is its disk mounted?"
SILENT: Final = "does not answer. Is its share or disk still there?"

_LISTEN_S: Final = 1.0
"""Time between two checks whether a call takes too long."""


@dataclass(slots=True)
class Health:
    """What the watcher reports about itself with each heartbeat."""

    state: ProcessState = ProcessState.STARTING
    trouble: str = ""
    """Why no files are found now."""
    obstruction: str = ""
    """Why files that were found are not taken in now."""
    want_of_room: str = ""
    """Why nothing at all is found or taken in now: a disk is full."""
    complaint: str = ""
    """Why files are found later than they could be."""

    def sign(self) -> Beat:
        """Return the next heartbeat."""
        told = {
            Condition.DISK_FULL: self.want_of_room,
            Condition.SOURCE_OFFLINE: self.trouble,
            Condition.INTAKE_FAILED: self.obstruction,
            Condition.WATCH_DEGRADED: self.complaint,
        }
        condition, message = foremost(told)
        return Beat(state=self.state, condition=condition, message=message)


class Root:
    """The folder at the top of a source."""

    def __init__(self, path: bytes, detection: ChangeDetection, *, keep: Keep, health: Health) -> None:
        self.path = path
        self.disk: Disk = detection.disk
        self._source_id: UUID | None = None
        self._recording = asyncio.Lock()
        self.detection = detection
        self._keep = keep
        self._health = health
        self._identity: tuple[int, int] | None = None
        self._home: tuple[int, int] | None = None
        """The identity when it was last online, even if an earlier process saw it."""
        self._online: bool | None = None
        self._recorded: tuple[SourceState, WatchMode, str] | None = None

    @property
    def is_online(self) -> bool:
        """Whether the folder could be read and was not suddenly empty when last looked at."""
        return self._online is True

    async def begin(self, source_id: UUID) -> None:
        """Begin with a source: its state is recorded anew, whatever it was."""
        self._online = self._recorded = None
        self._source_id = source_id
        self._home = await sources.identity(source_id)

    async def check(self, source_id: UUID) -> bool | None:
        """Check the folder; return None when it is offline, True when all of it must be scanned anew."""
        self._identity = await self.disk.ask(lambda: root_identity(self.path))
        if self._identity is None:
            self.detection.lose_sight()
            await self.go_offline(source_id, MISSING)
            return None
        fresh = await self.detection.attend(self._identity)
        self._health.complaint = self.detection.complaint
        return fresh

    async def is_suddenly_empty(self) -> bool:
        """Return whether the folder lost all its content, as a mount point does without its disk."""
        there = await self.disk.ask(lambda: has_entries(self.path))
        return not there and not self.may_be_empty

    @property
    def may_be_empty(self) -> bool:
        """Whether finding no file means that there is none, rather than that a disk is missing."""
        # When originals are copied away, a user may have emptied the folder, provided that it is still the same one.
        return self._keep is Keep.COPY and self._identity is not None and self._identity == self._home

    async def go_offline(self, source_id: UUID, why: str) -> None:
        """Record that the folder cannot be trusted now. No row of a file changes."""
        self._health.state = ProcessState.IDLE
        self._health.trouble = f"The drop folder {readable(self.path)} {why} Nothing was changed."
        if self._online is not False:
            log.warning("source offline", folder=readable(self.path), why=why)
        self._online = False
        await self.record(source_id)

    async def keep_listening(self) -> None:
        """Record that the folder is offline when its file system does not answer, until cancelled.

        It runs beside the watch, which waits for the answer and goes on when it arrives.
        """
        while True:
            await asyncio.sleep(_LISTEN_S)
            if self._source_id is not None and self._online is not False and await self.disk.is_lost():
                # Not waited out: heartbeats carry the trouble, and the watch records the state when it goes on.
                with contextlib.suppress(*OUTAGES):
                    await self.go_offline(self._source_id, SILENT)

    async def go_online(self, source_id: UUID) -> None:
        """Record that the folder can be read."""
        self._health.trouble = ""
        if not self._online:
            log.info("source online", folder=readable(self.path))
        self._online = True
        if self._identity is not None and self._identity != self._home:
            await sources.mark_online(source_id, device_id=self._identity[0], inode=self._identity[1])
            self._home = self._identity
        await self.record(source_id)

    async def record(self, source_id: UUID) -> None:
        """Record whether the folder is there and how it is watched, when that has changed."""
        self._health.complaint = self.detection.complaint
        async with self._recording:
            state = SourceState.ONLINE if self._online else SourceState.OFFLINE
            now = (state, self.detection.mode, self._health.trouble or self.detection.note)
            if now != self._recorded:
                await sources.note_watch(source_id, state, self.detection.mode, note=now[2])
                self._recorded = now
