"""Retrying rejected files of ingested paths on request, in the watcher's process.

Another card may be mounted at the same path by now. So only a file that is unchanged is retried; all others are
rejected again, with the advice to ingest the path anew, which costs little, since known photos stay known.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import stat
from collections.abc import Sequence
from uuid import UUID

import structlog

from thumper.domain.file import FileRow, Found, StableFile
from thumper.domain.path_text import readable
from thumper.domain.reason import Reason
from thumper.errors import ThumperError
from thumper.ingest.admit import chunks, reject
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import admit_until_settled
from thumper.ingest.walk import link_left_out, modified_ns
from thumper.store.files import dumps, registration, retries
from thumper.store.postgres.connect import OUTAGES

log = structlog.get_logger(__name__)


async def readmit(context: IngestContext) -> None:
    """Retry every requested file of ingested paths, and settle the dumps.

    Raises `OUTAGES` when the database cannot be reached, and `ThumperError` when the library cannot be written.
    """
    for source_id, root in (await retries.asked_paths()).items():
        rows = await registration.asked_files(source_id)
        await _readmit(context, source_id, rows, root=root)
        await dumps.settle_quiet(source_id, settle_s=0, only={row.dump_id for row in rows})


async def _readmit(context: IngestContext, source_id: UUID, rows: Sequence[FileRow], *, root: bytes) -> None:
    looks = await asyncio.to_thread(lambda: [_look(row, root) for row in rows])
    there = [
        StableFile.of(row, look, root=root)
        for row, look in zip(rows, looks, strict=True)
        if isinstance(look, Found)
    ]
    lost: dict[tuple[Reason, str], list[StableFile]] = {}
    for row, look in zip(rows, looks, strict=True):
        if not isinstance(look, Found):
            lost.setdefault(look, []).append(StableFile.of(row, row.recorded, root=root))
    for (reason, why), files in lost.items():
        await reject(files, reason, detail=why)
    for chunk in chunks(there):
        await _admit(context, source_id, chunk)


async def _admit(context: IngestContext, source_id: UUID, chunk: Sequence[StableFile]) -> None:
    """Admit files; after an unforeseen error, one at a time, and reject the one that causes it."""
    try:
        await admit_until_settled(context, source_id, chunk)
    except (*OUTAGES, ThumperError):
        raise
    except Exception:
        log.exception("cannot admit", files=len(chunk), first=readable(chunk[0].name))
        for file in chunk:
            await _admit_alone(context, source_id, file)


async def _admit_alone(context: IngestContext, source_id: UUID, file: StableFile) -> None:
    try:
        await admit_until_settled(context, source_id, [file])
    except (*OUTAGES, ThumperError):
        raise
    except Exception:
        log.exception("cannot admit", file=readable(file.name))
        await reject([file], Reason.UNREADABLE)


def _look(row: FileRow, root: bytes) -> Found | tuple[Reason, str]:
    """Return a file if it is unchanged, else why it is rejected again."""
    link = link_left_out(root, row.path)
    if link is not None:
        return Reason.LINK, f"{link.why[:1].upper()}{link.why[1:]}."
    again = f"run `thumper ingest {shlex.quote(readable(root))}` again"
    try:
        now = os.stat(root + b"/" + row.path)  # noqa: PTH116  # Path has no bytes
    except (FileNotFoundError, NotADirectoryError):
        why = f"It is not at {readable(root)} now. Mount the card there and retry, or {again}."
        return Reason.VANISHED, why
    except OSError as error:
        return Reason.UNREADABLE, f"It cannot be looked at: {error.strerror or error}."
    if not stat.S_ISREG(now.st_mode):
        return Reason.UNREADABLE, f"It is no file. When it can be read, {again}."
    if (now.st_size, modified_ns(now)) != (row.size_bytes, row.mtime_ns):
        return Reason.VANISHED, f"Another file has its name now. If it is the right one, {again}."
    return Found(row.path, now.st_size, modified_ns(now), now.st_ino)
