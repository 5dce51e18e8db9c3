"""The watcher's memory of a source: settled files, files that may still grow, folders to look into.

It is only a cache of the database's rows: after a restart or an outage it is loaded
again. Times are seconds of a monotonic clock and are passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from thumper.domain.file import RESTLESS_NS, UNKNOWN_NS, FileRow, Found, Outcome, StableFile
from thumper.domain.progress import WAITING, FileState
from thumper.domain.reason import Reason
from thumper.watcher.known import SettledFiles
from thumper.watcher.stability import Steadiness

MOST_TOUCHED: Final = 10_000
"""Most touched files at a time: a pending one costs 1.6 kB (benchmarks/RESULTS.md); a later scan finds the others."""


@dataclass(slots=True)
class Pending:
    """A file that has not settled."""

    row: FileRow
    steadiness: Steadiness
    next_look_s: float
    held_since_s: float | None = None
    """Since when it has not changed, but cannot be admitted yet."""
    missing: bool = False
    """Whether the last look did not find it."""

    @property
    def is_recorded(self) -> bool:
        """Whether its row has the size and time that it has now."""
        look = self.steadiness.look
        return (look.size_bytes, look.mtime_ns) == (self.row.size_bytes, self.row.mtime_ns)


@dataclass(slots=True)
class Tracker:
    """The memory of one source. `look_s` and `hold_s` are those of the settings."""

    look_s: float
    hold_s: float
    known: SettledFiles = field(default_factory=SettledFiles)
    """Settled files."""
    pending: dict[bytes, Pending] = field(default_factory=dict)
    ready: dict[bytes, Pending] = field(default_factory=dict)
    """Pending files that are to be admitted, in order; they are in `pending` as well."""
    touched: set[bytes] = field(default_factory=set)
    """Settled files of which only the change time is new: pending until they were read again."""
    rereads: dict[bytes, Pending] = field(default_factory=dict)
    """Touched files that can be read again now; they are in `pending` as well."""
    folders: set[bytes] = field(default_factory=set)
    warm: dict[bytes, tuple[float, float]] = field(default_factory=dict)
    """Folders in which something was new: when to look next, and until when."""

    def clear(self) -> None:
        """Forget everything."""
        for memory in (self.known, self.pending, self.ready, self.folders, self.warm):
            memory.clear()
        self.touched.clear()
        self.rereads.clear()

    @property
    def is_blank(self) -> bool:
        """Whether the memory is empty."""
        return not self.known and not self.pending

    def is_change(self, file: Found) -> bool:
        """Return whether a file is new, has changed since it settled, or was touched; the last is remembered."""
        if file.path in self.pending or file.path in self.touched:
            return False
        was = self.known.get(file.path)
        if was is None or was[:2] != (file.size_bytes, file.mtime_ns):
            return True
        # It settled before change times were recorded; or its file system keeps none (FAT, exFAT) and shows the other
        # one since it was mounted anew.
        if was[2] == UNKNOWN_NS or file.changed_ns == file.mtime_ns:
            self.known.put(file.path, (*was[:2], file.changed_ns))
            return False
        if was[2] in {RESTLESS_NS, file.changed_ns} or len(self.touched) >= MOST_TOUCHED:
            return False
        self.touched.add(file.path)
        return True

    def remember(self, rows: Iterable[FileRow], looks: Mapping[bytes, Found], *, now_s: float) -> None:
        """Remember rows; `looks` are the files among them that were looked at just now, by path."""
        for row in rows:
            if row.state not in WAITING:
                self.known.put(row.path, (row.size_bytes, row.mtime_ns, row.changed_ns))
                continue
            self.known.discard(row.path)
            self.pending[row.path] = Pending(
                row=row,
                # A row of another run was not looked at now, so the next look counts as a change.
                steadiness=Steadiness(looks.get(row.path, row.recorded), now_s),
                next_look_s=now_s + self.look_s if row.path in looks else now_s,
            )

    def remember_touched(
        self, rows: Iterable[FileRow], looks: Mapping[bytes, Found], *, now_s: float
    ) -> None:
        """Remember the rows of touched files; one without a row, or whose row waits by now, is news like others."""
        for row in rows:
            if row.state in WAITING:
                continue
            look = Steadiness(looks[row.path], now_s)
            self.pending[row.path] = Pending(row=row, steadiness=look, next_look_s=now_s + self.look_s)
        for path in looks.keys() - self.pending.keys():
            self.touched.discard(path)

    def forget(self, path: bytes) -> None:
        """Forget a file, so that it is news when it is found."""
        self.known.discard(path)
        self.drop(path)

    def drop(self, path: bytes) -> None:
        """Stop looking at a pending file."""
        self.pending.pop(path, None)
        self.ready.pop(path, None)
        self.rereads.pop(path, None)
        self.touched.discard(path)

    def warm_up(self, folders: Iterable[bytes], *, now_s: float, until_s: float) -> None:
        """Look into folders again and again until a time: where a file arrived, more are likely to follow."""
        for folder in folders:
            self.warm[folder] = (now_s + self.look_s, until_s)

    def warm_folders(self, now_s: float) -> set[bytes]:
        """Return the warm folders whose look is due, and schedule the next one."""
        due = {folder for folder, (next_s, _) in self.warm.items() if next_s <= now_s}
        for folder in due:
            until_s = self.warm[folder][1]
            if until_s <= now_s:
                del self.warm[folder]
            else:
                self.warm[folder] = (now_s + self.look_s, until_s)
        return due

    def due(self, now_s: float) -> list[bytes]:
        """Return the pending files that are to be looked at now."""
        return [
            path
            for path, pending in self.pending.items()
            if pending.next_look_s <= now_s and path not in self.ready and path not in self.rereads
        ]

    def observe(self, path: bytes, found: Found | None, *, now_s: float) -> None:
        """Take a look at a pending file into account; one that turns out whole becomes ready."""
        pending = self.pending[path]
        if found is None:
            pending.missing, pending.next_look_s = True, now_s + self.look_s
            return
        pending.missing = False
        if pending.steadiness.observe(found, now_s):
            pending.held_since_s = None
        if pending.steadiness.is_whole(now_s, look_s=self.look_s) and self._waited(pending, now_s):
            only_touched = path in self.touched and pending.is_recorded
            (self.rereads if only_touched else self.ready)[path] = pending
        pending.next_look_s = now_s + self.look_s

    def _waited(self, pending: Pending, now_s: float) -> bool:
        return pending.held_since_s is None or now_s - pending.held_since_s >= self.hold_s

    def hold_anew(self) -> None:
        """Start the wait anew for held files: they may have been unreadable only because their disk was away."""
        for pending in self.pending.values():
            pending.held_since_s = None

    def inodes(self) -> set[int]:
        """Return the inodes of pending files that are not missing."""
        return {pending.steadiness.look.inode for pending in self.pending.values() if not pending.missing}

    def unrecorded(self, paths: Iterable[bytes]) -> list[Found]:
        """Return those pending files whose row has another size or time than they have now."""
        pending = [self.pending[path] for path in paths]
        return [own.steadiness.look for own in pending if not own.is_recorded]

    def note_recorded(self, rows: Iterable[FileRow]) -> None:
        """Remember the new rows of pending files."""
        for row in rows:
            self.pending[row.path].row = row
            self.touched.discard(row.path)

    def stable_file(self, path: bytes, *, root: bytes) -> StableFile:
        """Return a ready file in the form that admission takes."""
        pending = self.pending[path]
        final = pending.held_since_s is not None or self.hold_s == 0 or path in self.touched
        return StableFile.of(pending.row, pending.steadiness.as_it_settles, root=root, final=final)

    def conclude(self, outcomes: Iterable[Outcome], *, now_s: float) -> None:
        """Take the outcomes of files into account: settled, held back, or to be looked at anew."""
        for outcome in outcomes:
            path = outcome.file.name
            pending = self.ready.pop(path, None) or self.pending.get(path)
            if outcome.state is FileState.STABLE and pending is not None:
                pending.held_since_s, pending.next_look_s = now_s, now_s + self.look_s
                continue
            self.drop(path)
            if outcome.reason is Reason.VANISHED:  # if it comes back, it counts as new
                self.known.discard(path)
            elif outcome.state is FileState.SEEN:  # the next look at its folder finds it changed
                self.known.discard(path)
                folder = path.rpartition(b"/")[0]
                self.warm[folder] = (now_s, max(now_s + 2 * self.look_s, self.warm.get(folder, (0, 0))[1]))
            else:
                self.settle(outcome.file)

    def settle(self, file: StableFile) -> None:
        """Remember a file as it settled, or as it was read again."""
        self.drop(file.name)
        self.known.put(file.name, (file.size_bytes, file.mtime_ns, file.changed_ns))

    def next_s(self) -> float:
        """Return when the next look is due; infinity when nothing waits."""
        looks = [
            pending.next_look_s
            for path, pending in self.pending.items()
            if path not in self.ready and path not in self.rereads
        ]
        return min([*looks, *(next_s for next_s, _ in self.warm.values())], default=float("inf"))
