"""Reading settled files again of which only the status change time is new: mostly nothing happened to their bytes.

A changed right, a hard link more or a restored backup move that time, and so does another photo that was put in the
place of the first with the same size and modification time. Only the bytes tell (`docs/decisions/026`).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from uuid import UUID

import structlog

from thumper.domain.file import Outcome, StableFile
from thumper.domain.path_text import readable
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.ingest.context import IngestContext
from thumper.ingest.examine import Content, examine, read
from thumper.ingest.readers import each
from thumper.ingest.sidecar import Sidecar
from thumper.store.files import outcomes
from thumper.store.files.outcomes import Settled
from thumper.store.postgres.connect import client

log = structlog.get_logger(__name__)


class Compared(Enum):
    """What a file turned out to hold."""

    SAME = "same"
    OTHER = "other"
    """Other bytes than were admitted, or bytes that would not be rejected as those were."""
    UNKNOWN = "unknown"
    """It cannot be read now, or it changed while it was read."""


async def reread(context: IngestContext, files: Sequence[StableFile]) -> list[Compared]:
    """Read files again; return what each holds. Of those with the same bytes the new change time is recorded."""
    settled = await outcomes.settled([file.file_id for file in files])
    compared = await each(lambda file: _compare_any(context, file, settled), files)
    same = [file for file, found in zip(files, compared, strict=True) if found is Compared.SAME]
    if same:
        await outcomes.note_changed(client(), same)
    return compared


def _compare_any(context: IngestContext, file: StableFile, settled: dict[UUID, Settled]) -> Compared:
    try:
        return _compare(context, file, settled)
    except Exception:  # one hostile file must not stop all others, again and again
        log.exception("cannot read again", file=readable(file.name))
        return Compared.UNKNOWN


def _compare(context: IngestContext, file: StableFile, settled: dict[UUID, Settled]) -> Compared:
    was = settled.get(file.file_id)
    if was is None:  # it is asked for again meanwhile, or its row is gone
        return Compared.UNKNOWN
    found = read(file, context.limits)
    if isinstance(found, Content):
        if was.sha256 is not None:
            return Compared.SAME if found.sha256 == was.sha256 else Compared.OTHER
        return _as_rejected(context, found, was.reason)
    if isinstance(found, Sidecar):
        found = found.outcome
    if found.state is FileState.SEEN or found.reason is Reason.VANISHED:
        return Compared.UNKNOWN
    if found.reason is was.reason:
        return Compared.SAME
    return Compared.UNKNOWN if found.reason in {Reason.UNREADABLE, Reason.LINK} else Compared.OTHER


def _as_rejected(context: IngestContext, content: Content, reason: Reason | None) -> Compared:
    """Return whether a rejected file would be rejected for the same reason again: of those no hash is kept."""
    found = examine(content, context.limits, max_exif_bytes=context.settings.max_exif_bytes)
    return Compared.SAME if isinstance(found, Outcome) and found.reason is reason else Compared.OTHER
