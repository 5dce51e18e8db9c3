"""Gathering the facts by which `domain.wipe` decides whether a card may be wiped: originals and source are read again.

It only reads, in a few threads and page by page, so that memory does not grow with the dump. Originals are read from
the disk and not from the system's cache where possible; a check of a full card takes as long as reading one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from thumper.domain.card_folder import top_folder
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.domain.wipe import NO_FILES, Named, Reread, WipeFacts, WipeVerdict, judge, still_checking
from thumper.ingest.readers import READERS, each
from thumper.ingest.wipe_original import Compared, Look, reread_original
from thumper.ingest.wipe_source import Source, SourceLook
from thumper.store.files import wipe_rows
from thumper.store.files.wipe_rows import DumpOriginal, DumpRow, WipeCounts

_AT_ONCE: Final = 32
"""Originals re-read between two reports of progress."""
_TRIES: Final = 3
"""How often the check of a dump that changes is started anew before it gives up."""


Version: TypeAlias = tuple[dt.datetime, dt.datetime | None]
"""When a dump changed last, and when it settled: both stay the same while nothing happens to it."""


@dataclass(slots=True)
class _Kept:
    """Files whose originals are whole, by where those lie: in the delivered folder itself, or on which devices."""

    in_place: Named = NO_FILES
    by_devices: dict[frozenset[int], Named] = field(default_factory=dict)

    def add(self, dump: DumpRow, original: DumpOriginal, look: Look) -> None:
        if dump.kind is SourceKind.DROP and _is_of(dump, original.path):
            self.in_place = self.in_place.plus(original.name, original.files)
            return
        there = self.by_devices.get(look.devices, NO_FILES)
        self.by_devices[look.devices] = there.plus(original.name, original.files)

    def on(self, device: int | None) -> Named:
        """Return those of which the original lies on a device."""
        found = NO_FILES
        for devices, named in self.by_devices.items():
            if device in devices:
                found = found.and_also(named)
        return found


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
        self._kept, self._kept_unread = _Kept(), _Kept()

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
        return judge(self._facts(dump, tally, source or Source(dump.device_id), overtaken=overtaken))

    async def _look(self, dump: DumpRow, tally: WipeCounts) -> Source | None:
        """Re-read the originals, then look at the source; None when the dump changed meanwhile.

        Nothing is read of a dump that still grows: it is not safe, whatever its originals are.
        """
        self._reread, self._kept, self._kept_unread = Reread(), _Kept(), _Kept()
        settled = (tally.deleted, tally.links, tally.sent_again)
        left_out = (tally.waiting, tally.rejected, tally.videos, *settled)
        self._to_check = tally.found - sum(named.files for named in left_out)
        if dump.settled_at is None or tally.waiting.files:
            return Source(dump.device_id)
        after = UUID(int=0)
        while page := await wipe_rows.originals(dump.id, after=after):
            after = page[-1].image_id
            for start in range(0, len(page), _AT_ONCE):
                part = page[start : start + _AT_ONCE]
                for original, look in zip(
                    part, await each(reread_original, part, pool=self._pool), strict=True
                ):
                    self._take(dump, original, look)
            if await self._changed(dump):
                return None
        return await SourceLook(dump, self._pool, lambda copies: self._are_kept(dump, copies)).run()

    async def _changed(self, dump: DumpRow) -> bool:
        return (await wipe_rows.read_dump(dump.id)).changed_at != dump.changed_at

    def _take(self, dump: DumpRow, original: DumpOriginal, look: Look) -> None:
        found, files = self._reread, original.files
        found.checked += files
        found.size_bytes += look.size_bytes
        where = f"{original.name} (original: {readable(original.path)})"
        match look.compared:
            case Compared.MISSING:
                found.missing = found.missing.plus(where, files)
            case Compared.CHANGED:
                found.changed = found.changed.plus(where, files)
            case Compared.UNREADABLE:
                found.unreadable = found.unreadable.plus(where, files)
            case Compared.SAME:
                self._kept.add(dump, original, look)

    async def _are_kept(self, dump: DumpRow, copies: Sequence[DumpOriginal]) -> list[bool]:
        """Re-read the originals of files that are not read; return which are whole. Where they lie counts as well."""
        looks = await each(reread_original, copies, pool=self._pool)
        for original, look in zip(copies, looks, strict=True):
            if look.compared is Compared.SAME:
                self._kept_unread.add(dump, original, look)
        return [look.compared is Compared.SAME for look in looks]

    def _facts(self, dump: DumpRow, tally: WipeCounts, source: Source, *, overtaken: bool) -> WipeFacts:
        upload = dump.kind is SourceKind.UPLOAD
        kept, unread = self._kept, self._kept_unread
        self._reread.in_place, self._reread.same_device = kept.in_place, kept.on(source.device)
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
            links=tally.links,
            sent_again=tally.sent_again,
            strange=source.strange,
            others=source.others,
            closed=source.closed,
            not_read=source.not_read,
            not_read_same_device=unread.in_place.and_also(unread.on(source.device)),
            device_known=upload or source.device is not None or not (kept.by_devices or unread.by_devices),
            reread=self._reread,
            overtaken=overtaken,
        )


def _is_of(dump: DumpRow, path: bytes) -> bool:
    """Return whether a file lies in the folder that a dump was delivered to."""
    root = dump.root.rstrip(b"/") + b"/"
    return path.startswith(root) and top_folder(path.removeprefix(root)) == dump.folder
