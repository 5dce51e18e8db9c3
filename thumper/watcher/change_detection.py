"""Choosing how new files under a root are noticed: by events while those are proved to arrive, else by polling.

Network shares report no events of what other machines write, limits of the kernel are reached,
disks are mounted anew under a watch. Each of these leads to polling, and events are tried
again, so that they return by themselves once the cause has gone.
"""

from __future__ import annotations

import time
from typing import Final

import structlog

from thumper.domain.path_text import readable
from thumper.domain.progress import WatchMode
from thumper.settings import Settings
from thumper.watcher.canary import Song, sing
from thumper.watcher.disk import Disk
from thumper.watcher.hints import Hints
from thumper.watcher.mounts import Mounts, MountTable
from thumper.watcher.observation import Observation

log = structlog.get_logger(__name__)

POLL_S: Final = 5.0
"""Least time between two scans when polling: a photo then waits no longer to be found than to be found stable."""
_POLL_SHARE: Final = 10
"""When polling, time between two scans as a multiple of a scan's duration: the disk is idle nine tenths of the time."""
SHARE_LOOK_S: Final = 5.0
"""Least time between two looks at a file on a share: NFS shows sizes that are up to 3 s old (`acregmin`)."""


class ChangeDetection:
    """Events or polling for one root. Times are seconds of the monotonic clock."""

    def __init__(self, path: bytes, hints: Hints, *, settings: Settings) -> None:
        self._path = path
        self._hints = hints
        self._settings = settings
        self.disk = Disk()
        self._observation = Observation(path, hints, progress=self.disk.progress)
        self._table = MountTable()
        self._place: tuple[tuple[int, int], Mounts] | None = None
        self._retry_at_s = 0.0
        self._poll_because = ""
        self.complaint = ""
        """Why files are found later than they could be; empty if there is nothing that the user can do about it."""
        self._is_deaf = False
        self._no_canary = ""

    @property
    def mode(self) -> WatchMode:
        """How new files are noticed at present."""
        proved = self._observation.is_armed() and not self._is_deaf
        return WatchMode.EVENTS if proved else WatchMode.POLLING

    @property
    def note(self) -> str:
        """A remark on that mode; empty when events arrive and a canary has proved it."""
        return self.complaint or self._poll_because or self._no_canary

    @property
    def look_s(self) -> float:
        """Time between two looks at a file that must agree."""
        look_s = self._settings.look_s
        return max(look_s, SHARE_LOOK_S) if self._poll_because else look_s

    def rescan_after_s(self, scan_took_s: float) -> float:
        """Return how long to wait before the next scan of everything."""
        rescan_s = self._settings.rescan_s
        if self.mode is WatchMode.EVENTS:
            return rescan_s
        return min(rescan_s, max(POLL_S, _POLL_SHARE * scan_took_s))

    async def attend(self, identity: tuple[int, int]) -> bool:
        """Watch the root with that device and inode; return whether all of it must be scanned anew.

        Called every turn; it does nothing unless something changed.
        """
        place = (identity, await self.disk.ask(lambda: self._table.around(self._path)))
        moved, self._place = place != self._place, place
        self._poll_because = self._reason_to_poll(place[1])
        if self._poll_because:
            self.complaint = self._no_canary = ""
            if self._observation.is_armed():
                await self.disk.ask(self._observation.disarm)
            return moved
        if not moved and self._observation.is_alive():
            return False
        if (
            not moved
            and self._observation.is_armed()
            and await self.disk.ask(self._observation.give_up_if_refused)
        ):
            self._complain(self._observation.complaint)
            return True
        if not moved and not self._observation.is_armed() and time.monotonic() < self._retry_at_s:
            return False
        await self._arm()
        return True

    def lose_sight(self) -> None:
        """Note that the root is missing: when one returns, it is watched anew."""
        self._place = None

    def _reason_to_poll(self, mounts: Mounts) -> str:
        if self._settings.watch == "polling":
            return "Polled, as THUMPER_WATCH says."
        share = mounts.telling_little
        if share is None or self._settings.watch == "events":
            return ""
        where = "It" if share == mounts.own else f"{readable(share.point)} in it"
        return f"{where} lies on a file system ({share.kind}) that does not tell of every new file: polled."

    async def _arm(self) -> None:
        await self.disk.ask(self._observation.arm)
        if not self._is_deaf or self._observation.complaint:
            self._complain(self._observation.complaint)

    def _complain(self, complaint: str) -> None:
        self.complaint = complaint
        self._retry_at_s = time.monotonic() + self._settings.rescan_s

    async def prove(self) -> bool:
        """Test with a canary that events arrive, and return whether they do; else watch anew, and if that fails, poll.

        Call it only for a root that is surely there: nothing may be written to the mount point of an absent disk.
        """
        if not self._observation.is_armed():
            return False
        self._no_canary = self._canary_forbidden()
        if self._no_canary:
            return False
        song = await sing(self._path, self._hints, self.disk)
        if song is Song.UNHEARD and not self._is_deaf:
            log.warning("the canary was not heard; watching anew", folder=readable(self._path))
            await self._arm()
            self._hints.touch_everything()
            if not self._observation.is_armed():
                return False
            song = await sing(self._path, self._hints, self.disk)
        if song is Song.NOT_SUNG:
            self._no_canary = "No canary shows that events arrive, as no file can be made in it."
        if song is Song.UNHEARD:
            await self._go_deaf()
        elif self._is_deaf:
            self._is_deaf, self.complaint = False, ""
        return song is Song.HEARD

    def _canary_forbidden(self) -> str:
        own = self._place[1].own if self._place is not None else None
        if own is not None and own.read_only:
            return "It is read-only, so that no canary shows that events arrive."
        if own is not None and own.is_card:
            return f"No canary shows that events arrive: nothing is written to a memory card ({own.kind})."
        return ""

    async def _go_deaf(self) -> None:
        await self.disk.ask(self._observation.disarm)
        if not self._is_deaf:
            log.warning("watching by rescans only: events do not arrive", folder=readable(self._path))
        self._is_deaf = True
        self._complain(
            f"No events from {readable(self._path)}: a canary file was made there and not noticed. New files are "
            "found by rescans only. Events are tried again by themselves; if this stays, set THUMPER_WATCH=polling."
        )

    async def close(self) -> None:
        """Stop watching."""
        await self.disk.ask(self._observation.disarm)
        self._table.close()
