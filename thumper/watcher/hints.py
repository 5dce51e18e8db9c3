"""Events of the file system, taken as hints only: which folders deserve a look now.

watchdog calls from threads of its own, thousands of times a second when a card is
copied; here that costs a set entry. Events are lost (overflow, new folders, shares,
limits), so nothing depends on them: the rescan finds what they miss.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
import warnings
from typing import Final

import structlog
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from thumper.domain.path_text import readable

log = structlog.get_logger(__name__)

_FILTER: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
]
"""Modifications are left out: a file that is being written is looked at anyway."""

_MOST_FOLDERS: Final = 10_000
"""Touched folders kept apart; beyond that one scan of everything is cheaper."""

_JOIN_S: Final = 2.0
_LIMITS: Final = {errno.ENOSPC: "fs.inotify.max_user_watches", errno.EMFILE: "fs.inotify.max_user_instances"}


class Hints:
    """Folders to look into, filled by any thread and emptied by the event loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._folders: set[bytes] = set()
        self._everything = False
        self._woken = asyncio.Event()

    def touch(self, folder: bytes) -> None:
        """Ask for a look into a folder, relative to the root. From any thread."""
        with self._lock:
            fresh = not self._folders and not self._everything
            self._folders.add(folder)
            if len(self._folders) > _MOST_FOLDERS:
                self._folders.clear()
                self._everything = True
        if fresh:
            self._wake()

    def touch_everything(self) -> None:
        """Ask for a scan of the whole source. From any thread."""
        with self._lock:
            self._everything = True
        self._wake()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    def take(self) -> tuple[set[bytes], bool]:
        """Give the folders touched since the last call, and whether everything was."""
        with self._lock:
            folders, everything = self._folders, self._everything
            self._folders, self._everything = set(), False
        self._woken.clear()
        return folders, everything

    async def wait(self) -> None:
        """Wait until there is a hint."""
        await self._woken.wait()


class Observation:
    """Watches one root through watchdog, as long as that works, and passes its events on as hints."""

    def __init__(self, root: bytes, hints: Hints) -> None:
        self._root = root
        self._hints = hints
        self._observer: BaseObserver | None = None
        self.complaint = ""
        """Why there are no events, in a sentence; empty while there are."""

    def arm(self) -> None:
        """Start anew on the folder that now has the root's name. Blocks; never raises."""
        self.disarm()
        _tame_watchdog(self._hints)
        observer = Observer()
        try:
            observer.schedule(
                _Listener(self._root, self._hints),
                os.fsdecode(self._root),
                recursive=True,
                event_filter=_FILTER,
            )
            observer.start()
        except OSError as error:
            self._complain(error)
            _stop(observer)
        else:
            self._observer = observer
            self.complaint = ""

    def disarm(self) -> None:
        """Stop watching. Blocks for a moment."""
        observer, self._observer = self._observer, None
        if observer is not None:
            _stop(observer)

    def is_alive(self) -> bool:
        """Say whether events can still come."""
        observer = self._observer
        return observer is not None and all(emitter.is_alive() for emitter in observer.emitters)

    def _complain(self, error: OSError) -> None:
        limit = _LIMITS.get(error.errno or 0)
        remedy = f"raise {limit} with sysctl" if limit else "nothing needs to be done"
        complaint = (
            f"No events from {readable(self._root)} ({error.strerror or error}); new files are found by "
            f"rescans only. To be quicker, {remedy}."
        )
        if complaint != self.complaint:
            log.warning("watching by rescans only", folder=readable(self._root), error=str(error))
        self.complaint = complaint


def _stop(observer: BaseObserver) -> None:
    try:
        observer.stop()
        if observer.is_alive():
            observer.join(_JOIN_S)
        else:
            observer.on_thread_stop()
    except (OSError, RuntimeError) as error:
        log.debug("observer did not stop cleanly", error=str(error))


class _Listener(FileSystemEventHandler):
    """Turns events into touched folders; does nothing else, for it runs in watchdog's thread."""

    def __init__(self, root: bytes, hints: Hints) -> None:
        self._root = root
        self._hints = hints

    def on_any_event(self, event: FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            raw = os.fsencode(path)
            if not raw:
                continue
            if raw == self._root:
                self._hints.touch_everything()
                continue
            inner = raw.removeprefix(self._root).lstrip(b"/")
            self._hints.touch(inner.rpartition(b"/")[0])
            if event.is_directory and not isinstance(event, DirDeletedEvent):
                self._hints.touch(inner)


class _OverflowListener(logging.Handler):
    """watchdog only logs that the kernel dropped events; that is the moment for a scan of everything."""

    def __init__(self, hints: Hints) -> None:
        super().__init__(logging.WARNING)
        self._hints = hints

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.msg:
            log.warning("file-system events were lost; scanning everything")
            self._hints.touch_everything()


def _tame_watchdog(hints: Hints) -> None:
    """Keep watchdog's own words out of the log, but hear of overflows."""
    logger = logging.getLogger("watchdog")
    logger.propagate = False
    logger.handlers = [_OverflowListener(hints)]
    # Several kB of warning for every folder that is created while it is being watched.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\b")
