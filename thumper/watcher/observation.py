"""Watching one root through watchdog, and reporting why when that fails.

Events become hints: folders that should be looked into.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
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
from thumper.watcher.canary import CANARY
from thumper.watcher.hints import Hints

if sys.platform == "linux":
    from thumper.watcher.kernel_events import KernelEvents, KernelObserver, limit_reached

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

_JOIN_S: Final = 2.0


class Observation:
    """The watch on one root, which passes its events on as hints."""

    def __init__(self, root: bytes, hints: Hints, *, progress: Callable[[], None] = lambda: None) -> None:
        """Prepare a watch; `progress` is called for each folder that is added to it, since many take a while."""
        self._root = root
        self._progress = progress
        self._hints = hints
        self._observer: BaseObserver | None = None
        self._kernel: KernelEvents | None = None
        self.complaint = ""
        """A sentence about why there are no events; empty while there are."""

    def arm(self) -> None:
        """Start watching anew the folder that now has the root's name. Blocks; never raises."""
        self.disarm()
        # Failures are logged here; watchdog's own lines would repeat them.
        logging.getLogger("watchdog").propagate = False
        # Links are followed here: on a link itself, the kernel reports nothing of the folder that it leads to.
        root = os.path.realpath(self._root)
        try:
            observer = self._observer = self._make_observer(root)
            observer.schedule(
                _Listener(root, self._hints), os.fsdecode(root), recursive=True, event_filter=_FILTER
            )
            observer.start()
        except OSError as error:
            self._complain(error)
            self.disarm()
        else:
            if not self.give_up_if_refused():
                self.complaint = ""

    def _make_observer(self, root: bytes) -> BaseObserver:
        if sys.platform != "linux":
            return Observer()
        self._kernel = KernelEvents(root, lost=self._hints.touch_everything, progress=self._progress)
        return KernelObserver(self._kernel)

    def disarm(self) -> None:
        """Stop watching. Blocks for a moment."""
        observer, self._observer, self._kernel = self._observer, None, None
        if observer is not None:
            _stop(observer)

    def give_up_if_refused(self) -> bool:
        """Stop and complain if a folder could not be watched; return whether that was so.

        Watching only a part uses up the limit, which other programs share, and misses files all the same.
        """
        if self._kernel is None or self._kernel.refusal is None:
            return False
        self._complain(self._kernel.refusal)
        self.disarm()
        return True

    def is_armed(self) -> bool:
        """Whether it was armed and has not been stopped."""
        return self._observer is not None

    def is_alive(self) -> bool:
        """Return whether events can still arrive, as far as this process can see."""
        observer, kernel = self._observer, self._kernel
        return (
            observer is not None
            and observer.is_alive()
            and all(emitter.is_alive() for emitter in observer.emitters)
            and (kernel is None or (kernel.is_alive() and not kernel.is_torn and kernel.refusal is None))
        )

    def _complain(self, error: OSError) -> None:
        limit = limit_reached(error) if sys.platform == "linux" else ""
        complaint = (
            f"No events from {readable(self._root)}: {limit or error.strerror or error}. "
            "Until then new files are found by rescans only."
        )
        if complaint != self.complaint:
            log.warning("watching by rescans only", folder=readable(self._root), error=str(error))
        self.complaint = complaint


def _stop(observer: BaseObserver) -> None:
    try:
        observer.stop()
        if observer.is_alive():
            observer.join(_JOIN_S)
    except (OSError, RuntimeError) as error:
        log.debug("observer did not stop cleanly", error=str(error))


class _Listener(FileSystemEventHandler):
    """Handler that turns events into touched folders, and does nothing else, since it runs in watchdog's thread."""

    def __init__(self, root: bytes, hints: Hints) -> None:
        self._root = root
        self._below = root.rstrip(b"/") + b"/"
        self._canary = self._below + CANARY
        self._hints = hints

    def on_any_event(self, event: FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            raw = os.fsencode(path)
            if not raw:
                continue
            self._hints.hear(canary=raw == self._canary)
            if raw == self._canary:
                continue
            if raw == self._root:
                self._hints.touch_everything()
                continue
            inner = raw.removeprefix(self._below)
            self._hints.touch(inner.rpartition(b"/")[0])
            if event.is_directory and not isinstance(event, DirDeletedEvent):
                self._hints.touch(inner)
