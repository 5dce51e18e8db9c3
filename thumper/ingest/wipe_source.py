"""Looking at what lies now where a dump came from: whether its receipt covers it, and what it does not read.

It goes everywhere below that place but through links, also into folders that Thumper otherwise passes over: what chkdsk
rescued, the trash, unfinished copies. Entries are looked at a few thousand at a time, so that memory does not grow.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from thumper.domain.file import Found
from thumper.domain.file_kind import HEAD_BYTES, Start, kind_of, start_of
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.domain.reason import Reason
from thumper.domain.wipe import NO_FILES, Named
from thumper.imaging.original import open_original
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.ignore import is_ignored_path, is_worthless_file, is_worthless_folder
from thumper.ingest.readers import each
from thumper.ingest.walk import Entry, Passed, Unreadable, linked_folder, look_at, walk
from thumper.ingest.wipe_original import hash_from_disk
from thumper.store.files import wipe_rows
from thumper.store.files.wipe_rows import Covered, DumpOriginal, DumpRow, SeenFile
from thumper.store.images import deletions
from thumper.store.postgres.connect import client

ENTRIES: Final = 5_000
"""Entries of the source looked up at a time."""
SAMPLES: Final = 8
"""Files of each part that are compared by their bytes although name, size and time are as in the receipt."""
_WORTHLESS: Final = Passed(is_worthless_file, is_worthless_folder)

AreKept: TypeAlias = Callable[[Sequence[DumpOriginal]], Awaitable[list[bool]]]
"""Re-reads originals; returns which of them still have their bytes."""


@dataclass(slots=True)
class Source:
    """What lies now where a dump came from, and on which device; None when that is unknown."""

    device: int | None
    strange: Named = NO_FILES
    others: Named = NO_FILES
    closed: Named = NO_FILES
    not_read: Named = NO_FILES


class _Seen(NamedTuple):
    """What a file that is not read begins like; of a picture also the SHA-256."""

    start: Start | None = None
    sha256: bytes | None = None
    is_archive: bool = False
    """Whether photos may be packed in it."""
    is_closed: bool = False
    """Whether it cannot be read, so that neither is known."""


class SourceLook:
    """One look at the source of a dump."""

    def __init__(self, dump: DumpRow, pool: Executor, are_kept: AreKept) -> None:
        self._dump = dump
        self._pool = pool
        self._are_kept = are_kept
        self._source = Source(None)

    async def run(self) -> Source:
        """Return how what lies at the source compares with the receipt; files that have gone are no obstacle.

        The device is that of the source if files of the receipt are there, else the one that it had: an empty
        mount point lies on another device than the card.
        """
        dump, source = self._dump, self._source
        if dump.kind is SourceKind.UPLOAD:
            return source
        run = partial(asyncio.get_running_loop().run_in_executor, self._pool)
        there, entries = False, _entries(dump)
        while part := await run(lambda: list(islice(entries, ENTRIES))):
            files = [entry for entry in part if isinstance(entry, Found)]
            ignored = {file.path for file in files if is_ignored_path(file.path)}
            there = await self._compare([file for file in files if file.path not in ignored]) or there
            await self._look_into([file.path for file in files if file.path in ignored and file.size_bytes])
            self._close(entry.path or dump.path for entry in part if isinstance(entry, Unreadable))
        device = await run(_device, dump.path) if there else None
        source.device = dump.device_id if device is None else device
        return source

    async def _compare(self, files: Sequence[Found]) -> bool:
        """Compare files that are read with the receipt; return whether it covers one."""
        found = {(file.path, file.size_bytes, file.mtime_ns): file for file in files}
        covered = await wipe_rows.covered(self._dump, found)
        others = await self._others(covered, found)
        for path, _, _ in sorted((found.keys() - covered.keys()) | others):
            self._source.strange = self._source.strange.plus(readable(path))
        for path, _, _ in sorted(own for own in covered.keys() - others if covered[own].at_stake):
            self._source.others = self._source.others.plus(readable(path))
        return len(covered) > len(others)

    async def _others(
        self, covered: Mapping[SeenFile, Covered], found: Mapping[SeenFile, Found]
    ) -> set[SeenFile]:
        """Return those covered files that hold other bytes, as far as there is reason to read them."""
        touched = [own for own in covered if _is_touched(found[own], covered[own])]
        # On FAT a change time tells nothing. Of another card of a camera that gives all photos one size and one time,
        # a few show that none of them is in the receipt.
        photos = [own for own in sorted(covered.keys() - set(touched)) if covered[own].sha256 is not None]
        samples, rest = photos[:SAMPLES], photos[SAMPLES:]
        others = await self._changed([*touched, *samples], covered)
        return others | await self._changed(rest, covered) if others & set(samples) else others

    async def _changed(self, files: Sequence[SeenFile], covered: Mapping[SeenFile, Covered]) -> set[SeenFile]:
        hashes = await each(self._hash, [path for path, _, _ in files], pool=self._pool)
        return {own for own, sha256 in zip(files, hashes, strict=True) if sha256 != covered[own].sha256}

    async def _look_into(self, paths: Sequence[bytes]) -> None:
        """Count those of the files that are not read which may be or hold somebody's photo, and are kept nowhere."""
        seen = dict(zip(paths, await each(self._begin, paths, pool=self._pool), strict=True))
        self._close(path for path, look in seen.items() if look.is_closed)
        seen = {path: look for path, look in seen.items() if look.start is not None or look.is_archive}
        kept = await self._kept({path: look.sha256 for path, look in seen.items() if look.sha256 is not None})
        for path in sorted(seen.keys() - kept):
            self._source.not_read = self._source.not_read.plus(readable(path))

    async def _kept(self, hashes: dict[bytes, bytes]) -> set[bytes]:
        """Return the paths of those files, by their SHA-256, that are images with a whole original, or were deleted."""
        deleted = await deletions.find(client(), set(hashes.values()))
        images = await wipe_rows.originals_of(set(hashes.values()))
        copies = {
            path: DumpOriginal(
                image_id=image.id, sha256=sha256, path=image.path, files=1, name=readable(path)
            )
            for path, sha256 in hashes.items()
            if (image := images.get(sha256)) is not None
        }
        are_kept = await self._are_kept(list(copies.values()))
        kept = {path for path, is_kept in zip(copies, are_kept, strict=True) if is_kept}
        return kept | {path for path, sha256 in hashes.items() if sha256 in deleted}

    def _begin(self, path: bytes) -> _Seen:
        """Return what a file is, from its beginning."""
        try:
            with open_original(self._absolute(path)) as fd:
                head = os.read(fd, HEAD_BYTES)
                start, kind = start_of(head), kind_of(head, readable(path))
                os.lseek(fd, 0, os.SEEK_SET)
                sha256 = hash_from_disk(fd)[0] if start is Start.PICTURE else None
                return _Seen(start, sha256, is_archive=kind is not None and kind.reason is Reason.ARCHIVE)
        except DecodeRefusal as refusal:
            return _Seen(is_closed=refusal.reason is not Reason.VANISHED)
        except OSError:
            return _Seen(is_closed=True)

    def _hash(self, path: bytes) -> bytes | None:
        """Return the SHA-256 of a file; None when it cannot be read."""
        try:
            with open_original(self._absolute(path)) as fd:
                return hash_from_disk(fd)[0]
        except (DecodeRefusal, OSError):
            return None

    def _absolute(self, path: bytes) -> bytes:
        return self._dump.root.rstrip(b"/") + b"/" + path

    def _close(self, paths: Iterable[bytes]) -> None:
        for path in paths:
            self._source.closed = self._source.closed.plus(readable(path))


def _is_touched(file: Found, covered: Covered) -> bool:
    """Return whether only the change time of a file is another, so that its bytes may be others."""
    known = covered.sha256 is not None and covered.changed_ns > 0 and file.changed_ns > 0
    return known and covered.changed_ns != file.changed_ns


def _entries(dump: DumpRow) -> Iterator[Entry]:
    """Yield what lies where the dump came from, without links that lead elsewhere: wiping would not reach those."""
    if dump.folder:
        link = linked_folder(dump.root, dump.folder)
        if link is not None and Path(os.fsdecode(dump.path)).is_dir():
            yield Unreadable(
                link, "it is a link"
            )  # wiping might reach what lies behind it, and nothing looks there
            return
        single = look_at(dump.root, dump.folder)
        if single is not None:  # one photo was ingested by itself
            yield single
            return
    deep = dump.kind is SourceKind.INGEST or bool(dump.folder)
    for entry in walk(dump.root, dump.folder, deep=deep, passed=_WORTHLESS):
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
