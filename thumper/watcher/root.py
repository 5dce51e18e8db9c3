"""Whether the watched folder is there, and is the one whose events arrive.

A folder that is missing, unmounted or suddenly empty is offline: that is said, and
nothing else changes. When another folder has its name, events are armed anew.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog

from thumper.domain.path_text import readable
from thumper.domain.progress import ProcessState
from thumper.ingest import drop
from thumper.store.processes import Beat
from thumper.watcher.hints import Observation
from thumper.watcher.scan import root_identity

log = structlog.get_logger(__name__)

MISSING = "is missing or cannot be read. Mount its disk, or create it"
EMPTY = "is empty, though it held files. Is its disk mounted?"


@dataclass(slots=True)
class Health:
    """What the watcher says of itself with each sign of life."""

    state: ProcessState = ProcessState.STARTING
    trouble: str = ""
    """Why no files are found now."""
    complaint: str = ""
    """Why files are found later than they could be."""

    def sign(self) -> Beat:
        """Give the next sign of life."""
        return Beat(state=self.state, message=self.trouble or self.complaint)


class Root:
    """The folder at the top of a source."""

    def __init__(self, path: bytes, observation: Observation, *, health: Health) -> None:
        self.path = path
        self._observation = observation
        self._health = health
        self._armed_on: tuple[int, int] | None = None
        self._online: bool | None = None

    @property
    def is_online(self) -> bool:
        """Whether the folder could be read and was not suddenly empty when last looked at."""
        return self._online is True

    def doubt(self) -> None:
        """Have the state recorded anew, whatever it was."""
        self._online = None

    async def check(self, source_id: UUID) -> bool | None:
        """Look at the folder: None when it is offline, True when it is another one than before."""
        identity = await asyncio.to_thread(root_identity, self.path)
        if identity is None:
            self._armed_on = None
            await self.go_offline(source_id, MISSING)
            return None
        fresh = identity != self._armed_on
        if fresh or not (self._observation.is_alive() or self._observation.complaint):
            await asyncio.to_thread(self._observation.arm)
            self._armed_on = identity
        self._health.complaint = self._observation.complaint
        return fresh

    async def go_offline(self, source_id: UUID, why: str) -> None:
        """Say that the folder cannot be trusted now. No row of a file changes."""
        self._health.state = ProcessState.IDLE
        self._health.trouble = f"The drop folder {readable(self.path)} {why}. Nothing was changed.".replace(
            "?.", "?"
        )
        if self._online is not False:
            log.warning("source offline", folder=readable(self.path), why=why)
            await drop.mark_offline(source_id)
            self._online = False

    async def go_online(self, source_id: UUID) -> None:
        """Say that the folder can be read."""
        self._health.trouble = ""
        if self._online is not True and self._armed_on is not None:
            log.info("source online", folder=readable(self.path))
            await drop.mark_online(source_id, device_id=self._armed_on[0])
            self._online = True

    async def retry_events(self) -> None:
        """Try again to get events where that failed before."""
        if self._observation.complaint:
            await asyncio.to_thread(self._observation.arm)
