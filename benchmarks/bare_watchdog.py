"""The rival of Thumper's watcher: a bare watchdog handler that believes its events.

Run as a process of its own: says `ready`, counts the JPEGs that one kind of event names, and writes how
many when its input is closed and no event has come for a while.
"""

from __future__ import annotations

import sys
import time
from typing import Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET_S: Final = 2.0
"""No event for so long means that none is coming."""


class Counter(FileSystemEventHandler):
    """Remembers each path of a file once; does nothing else, which is the best case."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.paths: set[bytes | str] = set()
        self.last_s = time.monotonic()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take a path of the wanted kind of event."""
        self.last_s = time.monotonic()
        if event.event_type == self._kind and not event.is_directory and str(event.src_path).endswith(".JPG"):
            self.paths.add(event.src_path)


def main(folder: str, kind: str, quiet_s: str = str(QUIET_S)) -> None:
    """Count until the input ends and it is quiet."""
    counter = Counter(kind)
    observer = Observer()
    observer.schedule(counter, folder, recursive=True)
    observer.start()
    print("ready", flush=True)
    sys.stdin.read()
    while time.monotonic() - counter.last_s < float(quiet_s):
        time.sleep(0.05)
    print(len(counter.paths), flush=True)
    observer.stop()
    observer.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
