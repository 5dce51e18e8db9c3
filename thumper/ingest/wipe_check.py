"""Gathering the facts by which `domain.wipe` decides whether a card may be wiped: originals and source are read again.

It only reads, in a few threads and page by page, so that memory does not grow with the dump. Originals are read from
the disk and not from the system's cache where possible; a check of a full card takes as long as reading one.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from thumper.domain.card_folder import top_folder
from thumper.domain.file import Found
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.domain.reason import Reason
from thumper.domain.wipe import NO_FILES, Named, Reread, WipeFacts, WipeVerdict, judge, still_checking
from thumper.imaging.original import open_original
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.readers import READERS, each
from thumper.ingest.walk import Entry, Unreadable, look_at, walk
from thumper.store.disk import library
from thumper.store.files import wipe_rows
from thumper.store.files.wipe_rows import DumpOriginal, DumpRow, WipeCounts

_AT_ONCE: Final = 32
"""Originals re-read between two reports of progress."""
_ENTRIES: Final = 5_000
"""Entries of the source looked up at a time."""
_PART_BYTES: Final = 1024 * 1024
_TRIES: Final = 3
"""How often the check of a dump that changes is started anew before it gives up."""


Version: TypeAlias = tuple[dt.datetime, dt.datetime | None]
"""When a dump changed last, and when it settled: both stay the same while nothing happens to it."""


class _Compared(Enum):
    SAME = "same"
    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


class _Look(NamedTuple):
    """The result of re-reading one original."""

    compared: _Compared
    size_bytes: int = 0
    devices: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Source:
    """What lies now where a dump came from, and on which device; None when that is unknown."""

    device: int | None
    strange: Named = NO_FILES
    others: Named = NO_FILES
    closed: Named = NO_FILES


class WipeCheck:
    """One check of one dump; its progress can be read at any time."""

    def __init__(self, dump_id: UUID) -> None:
        self.version: Version | None = None
        """The version of the dump that the verdict is about."""
        self._dump_id = dump_id
        # A pool of its own: when a share does not answer, its threads hang, and nothing else must wait for them.
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="wipe-check")
        self._to_check = 0
        self._reread = Reread()
        self._by_devices: dict[frozenset[int], Named] = {}

    def so_far(self) -> WipeVerdict:
        """Return the verdict while the check runs."""
        so_far = self._reread
        return still_checking(to_check=self._to_check, checked=so_far.checked, size_bytes=so_far.size_bytes)

    async def run(self) -> WipeVerdict:
        """Check and return the verdict. Raises `NotFoundError`, and `connect.OUTAGES` when the database is away."""
        try:
            return await self._run()
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> WipeVerdict:
        tries = _TRIES
        while True:
            dump = await wipe_rows.read_dump(self._dump_id)
            self.version = (dump.changed_at, dump.settled_at)
            tally = await wipe_rows.tally(self._dump_id)
            source = await self._look(dump, tally)
            overtaken = source is None or await self._changed(dump)
            tries -= 1
            if not (overtaken and tries):
                break
        return judge(self._facts(dump, tally, source or _Source(dump.device_id), overtaken=overtaken))

    async def _look(self, dump: DumpRow, tally: WipeCounts) -> _Source | None:
        """Re-read the originals, then look at the source; None when the dump changed meanwhile.

        Nothing is read of a dump that still grows: it is not safe, whatever its originals are.
        """
        self._reread, self._by_devices = Reread(), {}
        self._to_check = tally.found - sum(
            named.files for named in (tally.waiting, tally.rejected, tally.videos, tally.deleted)
        )
        if dump.settled_at is None or tally.waiting.files or not tally.found:
            return _Source(dump.device_id)
        after = UUID(int=0)
        while page := await wipe_rows.originals(dump.id, after=after):
            after = page[-1].image_id
            for start in range(0, len(page), _AT_ONCE):
                part = page[start : start + _AT_ONCE]
                for original, look in zip(part, await each(_reread, part, pool=self._pool), strict=True):
                    self._take(dump, original, look)
            if await self._changed(dump):
                return None
        return await _look_at_source(dump, self._pool)

    async def _changed(self, dump: DumpRow) -> bool:
        return (await wipe_rows.read_dump(dump.id)).changed_at != dump.changed_at

    def _take(self, dump: DumpRow, original: DumpOriginal, look: _Look) -> None:
        found, files = self._reread, original.files
        found.checked += files
        found.size_bytes += look.size_bytes
        where = f"{original.name} (original: {readable(original.path)})"
        match look.compared:
            case _Compared.MISSING:
                found.missing = found.missing.plus(where, files)
            case _Compared.CHANGED:
                found.changed = found.changed.plus(where, files)
            case _Compared.UNREADABLE:
                found.unreadable = found.unreadable.plus(where, files)
            case _Compared.SAME if dump.kind is SourceKind.DROP and _is_of(dump, original.path):
                found.in_place = found.in_place.plus(original.name, files)
            case _Compared.SAME:
                there = self._by_devices.get(look.devices, NO_FILES)
                self._by_devices[look.devices] = there.plus(original.name, files)

    def _facts(self, dump: DumpRow, tally: WipeCounts, source: _Source, *, overtaken: bool) -> WipeFacts:
        upload = dump.kind is SourceKind.UPLOAD
        for devices, named in self._by_devices.items():
            if source.device in devices:
                self._reread.same_device = self._reread.same_device.and_also(named)
        return WipeFacts(
            kind=dump.kind,
            place=wipe_rows.place_of(dump),
            found=tally.found,
            size_bytes=tally.size_bytes,
            settled=dump.settled_at is not None,
            waiting=tally.waiting,
            never_sent=tally.never_sent,
            rejected=tally.rejected,
            videos=tally.videos,
            deleted=tally.deleted,
            strange=source.strange,
            others=source.others,
            closed=source.closed,
            device_known=upload or source.device is not None or not self._by_devices,
            reread=self._reread,
            overtaken=overtaken,
        )


def _is_of(dump: DumpRow, path: bytes) -> bool:
    """Return whether a file lies in the folder that a dump was delivered to."""
    root = dump.root.rstrip(b"/") + b"/"
    return path.startswith(root) and top_folder(path.removeprefix(root)) == dump.folder


def _reread(original: DumpOriginal) -> _Look:
    """Read an original from the disk, compare its hash, and return the result."""
    try:
        with open_original(original.path) as fd:
            devices = frozenset({os.fstat(fd).st_dev, _folder_device(original.path)})
            sha256, size_bytes = _hash_from_disk(fd)
    except DecodeRefusal as refusal:
        return _Look(_Compared.MISSING if refusal.reason is Reason.VANISHED else _Compared.UNREADABLE)
    except OSError:
        return _Look(_Compared.UNREADABLE)
    same = sha256 == original.sha256
    return _Look(_Compared.SAME if same else _Compared.CHANGED, size_bytes, devices)


def _folder_device(path: bytes) -> int:
    """Return the device of the folder that holds a file: in containers it can differ from the file's own."""
    return Path(os.path.realpath(os.fsdecode(path))).parent.stat().st_dev


def _hash_from_disk(fd: int) -> tuple[bytes, int]:
    """Return hash and size of a file as it is on the disk; leave nothing of it in the system's cache."""
    # What was copied just now is written out first: until then a power cut would lose it.
    with contextlib.suppress(OSError):  # some file systems refuse it to a reader
        os.fsync(fd)
    library.forget_pages(fd)
    digest, part, size_bytes = hashlib.sha256(), bytearray(_PART_BYTES), 0
    while read := os.readv(fd, [part]):
        digest.update(memoryview(part)[:read])
        size_bytes += read
    library.forget_pages(fd)
    return digest.digest(), size_bytes


async def _look_at_source(dump: DumpRow, pool: Executor) -> _Source:
    """Return how what lies at the source now compares with the receipt; files that have gone are no obstacle.

    The device is that of the source if files of the receipt are there, else the one that it had: an empty
    mount point lies on another device than the card.
    """
    if dump.kind is SourceKind.UPLOAD:
        return _Source(None)
    run = partial(asyncio.get_running_loop().run_in_executor, pool)
    there, strange, others, closed = False, NO_FILES, NO_FILES, NO_FILES
    entries = _entries(dump)
    while part := await run(lambda: list(islice(entries, _ENTRIES))):
        found = {(entry.path, entry.size_bytes, entry.mtime_ns) for entry in part if isinstance(entry, Found)}
        covered = await wipe_rows.covered(dump, found)
        there = there or bool(covered)
        for path, _, _ in sorted(found - covered.keys()):
            strange = strange.plus(readable(path))
        for path, _, _ in sorted(file for file, at_stake in covered.items() if at_stake):
            others = others.plus(readable(path))
        for entry in part:
            if isinstance(entry, Unreadable):
                closed = closed.plus(readable(entry.path or dump.path))
    device = await run(_device, dump.path) if there else None
    return _Source(dump.device_id if device is None else device, strange, others, closed)


def _entries(dump: DumpRow) -> Iterator[Entry]:
    """Yield what lies where the dump came from, without links that lead elsewhere: wiping would not reach those."""
    if dump.folder:
        single = look_at(dump.root, dump.folder)
        if single is not None:  # one photo was ingested by itself
            yield single
            return
    deep = dump.kind is SourceKind.INGEST or bool(dump.folder)
    for entry in walk(dump.root, dump.folder, deep=deep):
        if not (isinstance(entry, Unreadable) and _is_link(dump.root + b"/" + entry.path)):
            yield entry


def _is_link(path: bytes) -> bool:
    return Path(os.fsdecode(path)).is_symlink()


def _device(path: bytes) -> int | None:
    """Return the device of a folder, or of the folder that a single file is in."""
    there = Path(os.fsdecode(path))
    try:
        return (there if there.is_dir() else there.parent).stat().st_dev
    except OSError:
        return None
