"""Reading inotify through watchdog, and noticing the failures that watchdog does not report.

When the kernel refuses to watch one more folder, drops events, or reports that a disk
was unmounted, watchdog carries on as if nothing had happened, and misses events from then on.
"""

from __future__ import annotations

import errno
import warnings
from collections.abc import Callable
from typing import Final

import structlog
from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchCallback,
    WatchDescriptor,
)

from thumper.watcher.inotify_limits import KINDS, read_limit, sysctl
from thumper.watcher.mounts import lies_ignored

log = structlog.get_logger(__name__)

_RAISED_TO: Final = {"watches": 524_288, "instances": 1024}
"""The least new value that is proposed when a limit was reached."""


class KernelEvents(InotifyFD):
    """The kernel's event queue of a root and the folders below it, except ignored ones."""

    def __init__(self, root: bytes, *, lost: Callable[[], None], progress: Callable[[], None]) -> None:
        super().__init__()
        self._root = root
        self._progress = progress
        self._root_watch: WatchDescriptor | None = None
        self._lost = lost
        self.refusal: OSError | None = None
        """The kernel's error when a folder could not be watched because a limit was reached."""
        self.is_torn = False
        """Whether a disk that was watched has been unmounted, or the root's own watch has ended."""
        self.start()

    def add_callback(  # noqa: PLR0917  # the signature is watchdog's
        self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId
    ) -> WatchDescriptor:
        """Watch a folder. Raises `OSError`, after which watchdog leaves the folder out, unless it is the root."""
        if lies_ignored(path, self._root):
            raise FileNotFoundError(errno.ENOENT, "it is never looked into")
        try:
            watch = super().add_callback(path, mask, callback, id_)
        except OSError as error:
            if error.errno in KINDS:
                self.refusal = error
                self._lost()
            raise
        self._progress()
        if path == self._root:
            self._root_watch = watch
        return watch

    def handle_event(self, event: InotifyEvent) -> None:
        """Pass an event on, and note what watchdog does not report."""
        super().handle_event(event)
        if event.is_queue_overflow:  # every folder is watched again, so a scan from here on misses nothing
            log.warning("file-system events were lost; scanning everything")
            self._lost()
        elif event.mask & InotifyConstants.IN_UNMOUNT or (event.is_ignored and event.wd == self._root_watch):
            self.is_torn = True
            self._lost()


class KernelObserver(BaseObserver):
    """watchdog's observer for Linux, over a given event queue."""

    def __init__(self, events: KernelEvents) -> None:
        super().__init__(InotifyEmitter, inotify_fd=events)
        self._events = events

    def on_thread_stop(self) -> None:
        """Stop reading events as well."""
        super().on_thread_stop()
        self._events.stop()
        self._events.join()


def limit_reached(error: OSError) -> str:
    """Return a sentence about the limit that an inotify error refers to and how to raise it; empty for other errors."""
    kind = KINDS.get(error.errno or 0)
    if kind is None:
        return ""
    name, limit = sysctl(kind), read_limit(kind)
    now = f" ({limit})" if limit is not None else ""
    more = max(_RAISED_TO[kind], 2 * (limit or 0))
    return f"the system's limit {name}{now} is reached; raise it with `sysctl -w {name}={more}`"


# watchdog warns with several kB of text for each folder that is created while it begins to be watched.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\b")
