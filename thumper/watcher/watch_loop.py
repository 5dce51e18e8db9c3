"""The watch over one source, in turns: scan, record, look again, admit, settle.

A turn does each of these once and is repeated by the daemon, so that a large card is
admitted chunk by chunk while new files are still noticed. The state is kept in the tracker;
files that were found are recorded through the store, their outcomes through `ingest`.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from thumper.domain.file import UNKNOWN_NS, FileRow, Found, Outcome, StableFile
from thumper.domain.path_text import readable
from thumper.domain.progress import FileState, ProcessState, SourceKind, WatchMode
from thumper.domain.reason import Reason
from thumper.errors import ThumperError
from thumper.ingest.admit import admit, chunks, reject
from thumper.ingest.context import IngestContext
from thumper.ingest.left_out import reject_left_out
from thumper.ingest.walk import Link, Unreadable, is_gone, link_left_out, linked_folder, look_at
from thumper.store.files import dumps, registration, sources, uploads
from thumper.store.postgres.connect import OUTAGES
from thumper.watcher.hints import Hints
from thumper.watcher.rereading import Rereading, look_up_touched
from thumper.watcher.root import EMPTY, Health, Root
from thumper.watcher.scan import Scan, scan_all, scan_folders
from thumper.watcher.tracker import Tracker

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 1000
"""Files recorded in one transaction."""
_ASK_S: Final = 2.0
"""Time between two queries for files to be retried; an index makes them cheap."""
_PAUSE_S: Final = 5.0
"""Pause before originals are copied again after an error, such as a full disk."""
_NEVER: Final = float("inf")


class WatchLoop:
    """The watch over one source. Times are seconds of the monotonic clock."""

    def __init__(self, context: IngestContext, root: Root, *, hints: Hints, health: Health) -> None:
        self._context = context
        self._settings = context.settings
        self._root = root
        self._hints = hints
        self._health = health
        self._tracker = Tracker(look_s=context.settings.look_s, hold_s=context.settings.truncated_hold_s)
        self._rereading = Rereading(context, self._tracker, root.disk)
        self._scan_at_s = 0.0
        self._settle_at_s = 0.0
        self._ask_at_s = self._admit_at_s = 0.0
        self._alone = 0
        self._named: set[bytes] = set()

    async def begin(self) -> UUID:
        """Load the tracker from the database; return the id of the source.

        A drop folder in the home is made; one elsewhere is a person's to make, or its disk is not mounted.
        """
        source_id = await sources.open_source(SourceKind.DROP, self._root.path)
        self._tracker.clear()
        async for rows in registration.known_files(source_id):
            self._tracker.remember(rows, {}, now_s=time.monotonic())
        if self._tracker.is_blank and self._settings.drop_dir.is_relative_to(self._settings.home):
            await self._root.disk.ask(self._make_root)
        await self._root.begin(source_id)
        self._scan_at_s = self._settle_at_s = 0.0
        return source_id

    async def end(self, source_id: UUID) -> None:
        """Record that the source is not watched any more."""
        await sources.note_end_of_watch(source_id)

    def _make_root(self) -> None:
        try:
            Path(os.fsdecode(self._root.path)).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.warning("cannot make the drop folder", folder=readable(self._root.path), error=str(error))

    async def turn(self, source_id: UUID) -> None:
        """Do everything that is due once."""
        fresh = await self._root.check(source_id)
        if fresh is None:
            self._scan_at_s = 0.0
            return
        if fresh:
            self._scan_at_s = 0.0
        self._tracker.look_s = self._root.detection.look_s
        await self._scan(source_id)
        if self._root.is_online:
            await self._take_up_asked(source_id)
            await self._look_again(source_id)
        if self._root.is_online:
            await self._admit_some(source_id)
            if await self._rereading.some(source_id, root=self._root.path, probe=self._look_at):
                self._settle_soon()
            await self._settle(source_id)
            self._health.state = ProcessState.BUSY if self._tracker.pending else ProcessState.IDLE

    def next_turn_s(self) -> float:
        """Return when the next turn is due unless a hint arrives earlier."""
        if not self._root.is_online:
            return time.monotonic() + self._settings.look_s
        if (self._tracker.ready or self._tracker.rereads) and self._admit_at_s <= time.monotonic():
            return 0.0
        due = [self._tracker.next_s(), self._scan_at_s, self._settle_at_s]
        return min([*due, self._admit_at_s] if self._tracker.ready else due)

    async def _scan(self, source_id: UUID) -> None:
        """Scan the whole source when that is due, else the folders where something happened."""
        folders, everything = self._hints.take()
        now_s = time.monotonic()
        folders |= self._tracker.warm_folders(now_s)
        if everything or now_s >= self._scan_at_s or not self._root.is_online:
            await self._scan_all(source_id)
        elif folders:
            scan = await self._root.disk.ask(
                lambda: scan_folders(
                    self._root.path,
                    folders,
                    memory=self._tracker,
                    known_folders=self._tracker.folders,
                    progress=self._root.disk.progress,
                )
            )
            await self._see(source_id, scan, new_folders=scan.folders - self._tracker.folders)

    async def _scan_all(self, source_id: UUID) -> None:
        began_s = time.monotonic()
        disk = self._root.disk
        scan = await disk.ask(lambda: scan_all(self._root.path, memory=self._tracker, progress=disk.progress))
        took_s = time.monotonic() - began_s
        if scan.files == 0 and not self._tracker.is_blank and not self._root.may_be_empty:
            await self._root.go_offline(source_id, EMPTY)
            return
        if not self._root.is_online:
            self._tracker.hold_anew()
        await self._root.go_online(source_id)
        self._tracker.folders = {b""}
        await self._see(source_id, scan, new_folders=set())
        # A file that changed while it was read, and was gone before it was looked at anew, has a row that waits.
        self._take_up(await registration.waiting_files(source_id))
        canary_heard = await self._root.detection.prove()
        await self._root.record(source_id)
        await sources.note_scan(source_id, canary_heard=canary_heard)
        await uploads.settle_expired(settle_s=self._settings.settle_s)
        self._scan_at_s = time.monotonic() + self._root.detection.rescan_after_s(took_s)

    def _take_up(self, rows: Sequence[FileRow]) -> None:
        """Remember files whose rows wait, as if they had just been found."""
        new = [row for row in rows if row.path not in self._tracker.pending]
        self._tracker.remember(new, {}, now_s=time.monotonic())

    async def _take_up_asked(self, source_id: UUID) -> None:
        """Take up files that are to be retried on request: they have not changed, so no scan would report them."""
        if time.monotonic() < self._ask_at_s:
            return
        self._take_up(await registration.asked_files(source_id))
        self._ask_at_s = time.monotonic() + _ASK_S

    async def _see(self, source_id: UUID, scan: Scan, *, new_folders: set[bytes]) -> None:
        """Record what is new, and look into its folders again soon."""
        self._tracker.folders |= scan.folders
        touched = [file for file in scan.changes if file.path in self._tracker.touched]
        if touched:
            await look_up_touched(source_id, touched, self._tracker)
        changes = [file for file in scan.changes if file.path not in self._tracker.touched]
        for start in range(0, len(changes), _AT_ONCE):
            files = changes[start : start + _AT_ONCE]
            rows = await registration.register(source_id, files)
            self._tracker.remember(rows, {file.path: file for file in files}, now_s=time.monotonic())
        folders = {file.path.rpartition(b"/")[0] for file in changes} | new_folders
        if self._root.detection.mode is WatchMode.POLLING:
            folders |= {outer for folder in folders for outer in _outer_folders(folder)}
        if folders:
            now_s = time.monotonic()
            quiet_s = max(self._settings.settle_s, 2 * self._tracker.look_s)
            self._tracker.warm_up(folders, now_s=now_s, until_s=now_s + quiet_s)
            self._settle_soon()
        await self._leave_out(source_id, scan.unreadable)

    async def _leave_out(self, source_id: UUID, entries: Sequence[Unreadable]) -> None:
        """Name what is not read: links in the receipt, what is closed in the log alone, since it may open again."""
        known, pending = self._tracker.known, self._tracker.pending
        links = {
            entry.path: entry
            for entry in entries
            if isinstance(entry, Link) and known.get(entry.path) is None and entry.path not in pending
        }
        await reject_left_out(source_id, list(links.values()), root=self._root.path)
        for path in links:
            known.put(path, (0, 0, UNKNOWN_NS))
            self._settle_soon()
        for entry in entries:
            if not isinstance(entry, Link) and entry.path not in self._named:
                log.warning("left out", path=readable(entry.path), why=entry.why)
                self._named.add(entry.path)

    async def _look_again(self, source_id: UUID) -> None:
        """Look at files that may still grow; a source that is suddenly empty goes offline instead."""
        due = self._tracker.due(time.monotonic())
        looks = await self._root.disk.ask(lambda: self._look_at_all(due))
        missing = [path for path, found in zip(due, looks, strict=True) if found is None]
        if missing and await self._root.is_suddenly_empty():
            await self._root.go_offline(source_id, EMPTY)
            return
        missing_twice = [path for path in missing if self._tracker.pending[path].missing]
        now_s = time.monotonic()
        for path, found in zip(due, looks, strict=True):
            self._tracker.observe(path, found, now_s=now_s)
        await self._let_go(missing, missing_twice=missing_twice)

    def _look_at_all(self, paths: Sequence[bytes]) -> list[Found | None]:
        """Look at files; one in a folder that has become a link is not there any more."""
        folders = {path.rpartition(b"/")[0] for path in paths}
        linked = {folder for folder in folders if linked_folder(self._root.path, folder) is not None}
        return [None if path.rpartition(b"/")[0] in linked else self._look_at(path) for path in paths]

    def _look_at(self, path: bytes) -> Found | None:
        self._root.disk.progress()
        return look_at(self._root.path, path)

    async def _let_go(self, missing: Sequence[bytes], *, missing_twice: Sequence[bytes]) -> None:
        """Forget the old names of renamed files; reject files that were missing twice."""
        pending = self._tracker.pending
        for path in self._tracker.touched.intersection(missing):  # settled long ago, so nothing waits for it
            self._tracker.drop(path)
        missing = [path for path in missing if path in pending]
        if not missing:
            return
        inodes = self._tracker.inodes()
        renamed = {path for path in missing if pending[path].steadiness.look.inode in inodes}
        await registration.forget_waiting([pending[path].row.file_id for path in renamed])
        lost = [self._stable(path) for path in missing_twice if path in pending and path not in renamed]
        outcomes = await self._reject_lost(lost)
        for path in renamed:
            self._tracker.drop(path)
        if len(renamed) + len(lost) < len(missing):
            # Its folder may have been renamed: scan everything before the file is called lost.
            self._scan_at_s = 0.0
        self._tracker.conclude(outcomes, now_s=time.monotonic())
        self._settle_soon()

    async def _reject_lost(self, lost: Sequence[StableFile]) -> list[Outcome]:
        """Reject files that have vanished, or that cannot be accessed any more; return the outcomes."""
        whys = await self._root.disk.ask(lambda: [_why_lost(self._root.path, file.name) for file in lost])
        outcomes = []
        for reason in (Reason.VANISHED, Reason.LINK, Reason.UNREADABLE):
            files = [file for file, why in zip(lost, whys, strict=True) if why is reason]
            if files:
                await reject(files, reason)
            outcomes += [Outcome(file, FileState.REJECTED, reason=reason) for file in files]
        return outcomes

    def _stable(self, path: bytes) -> StableFile:
        return self._tracker.stable_file(path, root=self._root.path)

    async def _admit_some(self, source_id: UUID) -> None:
        """Admit one chunk of the ready files; the rest waits for the next turn."""
        if not self._tracker.ready:
            return
        if time.monotonic() < self._admit_at_s:
            return
        first = list(itertools.islice(self._tracker.ready, _AT_ONCE))
        stale = self._tracker.unrecorded(first)
        if stale:
            self._tracker.note_recorded(await registration.register(source_id, stale))
        chunk = chunks([self._stable(path) for path in first])[0][: 1 if self._alone else None]
        try:
            with self._root.disk.asked(lambda: [self._look_at(file.name) for file in chunk]):
                outcomes = await admit(self._context, chunk, keep=self._settings.keep)
        except OUTAGES:
            raise
        except (
            ThumperError
        ) as error:  # a copy cannot be written: no file is to blame, and nothing was recorded
            log.warning("cannot admit", error=str(error))
            self._health.obstruction = str(error)
            self._admit_at_s = time.monotonic() + _PAUSE_S
            return
        except Exception:
            # One file must not stop all others: find it by admitting one at a time, and reject that one. It is
            # not rejected at once: a location that was deleted just now, for example, is made anew at the next try.
            log.exception("cannot admit", files=len(chunk), first=readable(chunk[0].name))
            if not self._alone:
                self._alone = len(chunk)
                return
            await reject(chunk, Reason.UNREADABLE)
            outcomes = [Outcome(chunk[0], FileState.REJECTED)]
        self._alone = max(self._alone - 1, 0)
        self._health.obstruction = ""
        self._tracker.conclude(outcomes, now_s=time.monotonic())
        self._settle_soon()

    def _settle_soon(self) -> None:
        self._settle_at_s = min(self._settle_at_s, time.monotonic() + self._settings.settle_s)

    async def _settle(self, source_id: UUID) -> None:
        """Settle dumps that are quiet; check again later while one is open."""
        if time.monotonic() < self._settle_at_s:
            return
        await dumps.settle_quiet(source_id, settle_s=self._settings.settle_s)
        still_open = await dumps.any_open(source_id)
        self._settle_at_s = time.monotonic() + self._settings.settle_s / 2 if still_open else _NEVER


def _why_lost(root: bytes, path: bytes) -> Reason:
    if is_gone(root, path):
        return Reason.VANISHED
    return Reason.UNREADABLE if link_left_out(root, path) is None else Reason.LINK


def _outer_folders(folder: bytes) -> set[bytes]:
    """Return the folders around one, up to the top folder, where a camera makes its next folder.

    When polling, no event reports that next folder, and its files belong to the same delivery.
    """
    names = folder.split(b"/")
    return {b"/".join(names[:depth]) for depth in range(1, len(names))}
