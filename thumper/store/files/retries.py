"""Requesting a retry of the rejected files of a dump.

From then on they wait again, and the process that admits files of their source takes them up within seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.progress import SourceKind
from thumper.domain.refusal import NoRecordError
from thumper.store.feed import feed
from thumper.store.files import dumps, sources
from thumper.store.models import Dump
from thumper.store.postgres.connect import client


@dataclass(frozen=True, slots=True)
class Retry:
    """How many files wait again, how many do not, and why not; that is empty when all do."""

    retried: int
    left: int = 0
    why_left: str = ""


_BYTES_ARE_GONE: Final = "Thumper keeps no bytes of rejected uploads. Send them again with createUpload."
_INTERRUPTED: Final = (
    "This path is still being taken in, or that was interrupted. Run `thumper ingest` with it again: it finishes what"
    " is left and tries these files again."
)
_NOT_WATCHED: Final = (
    "This folder is not the drop folder any more, so nobody would try these files. Set THUMPER_DROP to it, or run"
    " `thumper ingest` with it."
)
_REPLACED: Final = "A later delivery has these paths now. Retry that one, or look at its receipt."

_DUMP: Final = """
SELECT source.kind, source.path, dump.settled_at, (
    SELECT count(*) FROM file WHERE file.dump_id = dump.id AND file.state = 'rejected') AS rejected
FROM dump JOIN source ON source.id = dump.source_id WHERE dump.id = $1
"""

# By its hash the whole of a deleted photo is known again of which only a part had arrived.
_ASK: Final = """
UPDATE file SET state = 'seen', reason = NULL, message = NULL, settled_at = NULL,
    sha256 = CASE WHEN reason = 'DELETED' THEN sha256 END
WHERE dump_id = $1 AND state = 'rejected' AND live RETURNING id
"""


async def ask(dump_id: UUID, *, watched: bytes | None = None) -> Retry:
    """Make the rejected files of a dump wait again; the dump is open until they have settled.

    `watched` is the absolute path of the drop folder; None matches any. Raises `NoRecordError`.
    """
    async with in_transaction("default") as transaction:
        found = await Dump.get_or_none(id=dump_id, using_db=transaction)
        if found is None:
            raise NoRecordError("dump", "dump_id")
        await sources.lock(
            transaction, found.source_id
        )  # before reading, or two requests at once see the same files
        (dump,) = await transaction.execute_query_dict(_DUMP, [dump_id])
        if dump["kind"] == SourceKind.UPLOAD.value:
            return _left(dump["rejected"], _BYTES_ARE_GONE)
        # An interrupted ingestion has not seen all files: its dump must not settle and look complete.
        if dump["kind"] == SourceKind.INGEST.value and dump["settled_at"] is None:
            return _left(dump["rejected"], _INTERRUPTED)
        if dump["kind"] == SourceKind.DROP.value and watched not in {None, bytes(dump["path"])}:
            return _left(dump["rejected"], _NOT_WATCHED)
        asked = await transaction.execute_query_dict(_ASK, [dump_id])
        if asked:
            await dumps.touch(transaction, [dump_id])
            await feed.append(transaction, [FeedEntry(kind=FeedKind.FILE_SEEN, dump_id=dump_id)])
    left = dump["rejected"] - len(asked)
    return Retry(len(asked), left, _REPLACED if left else "")


def _left(rejected: int, why: str) -> Retry:
    return Retry(0, rejected, why if rejected else "")


async def asked_paths() -> dict[UUID, bytes]:
    """Return the ingested paths that have files to be retried, by the id of their source."""
    rows = await client().execute_query_dict(
        """
        SELECT DISTINCT source.id, source.path FROM file JOIN source ON source.id = file.source_id
        WHERE file.state IN ('seen', 'stable') AND file.attempts > 0 AND source.kind = $1
        """,
        [SourceKind.INGEST.value],
    )
    return {row["id"]: bytes(row["path"]) for row in rows}
