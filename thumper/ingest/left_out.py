"""Rejecting by name what a walk could not look into: it may hold photos, so that the receipt must show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from thumper.domain.file import Found, StableFile
from thumper.domain.path_text import readable
from thumper.domain.progress import WAITING
from thumper.domain.reason import Reason
from thumper.ingest.admit import reject
from thumper.ingest.walk import Link, Unreadable
from thumper.store.files import registration

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 1000
"""Entries registered in one transaction."""


async def reject_left_out(
    source_id: UUID, entries: Sequence[Unreadable], *, root: bytes, dump_id: UUID | None = None
) -> None:
    """Reject entries of a source, as a new delivery if a dump is given; those that were rejected before stay so."""
    for start in range(0, len(entries), _AT_ONCE):
        found = {entry.path: Found(entry.path, 0, 0) for entry in entries[start : start + _AT_ONCE]}
        again = dump_id is not None
        rows = await registration.register(source_id, list(found.values()), dump_id=dump_id, again=again)
        waiting = {
            row.path: StableFile.of(row, found[row.path], root=root) for row in rows if row.state in WAITING
        }
        for entry in entries[start : start + _AT_ONCE]:
            if entry.path in waiting:
                await _reject(waiting[entry.path], entry)


async def _reject(file: StableFile, entry: Unreadable) -> None:
    log.warning("left out", path=readable(entry.path), why=entry.why)
    if isinstance(entry, Link):
        await reject([file], Reason.LINK, detail=f"{entry.why[:1].upper()}{entry.why[1:]}.")
    else:
        await reject([file], Reason.UNREADABLE, detail=f"It was left out: {entry.why}.")
