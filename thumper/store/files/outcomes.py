"""Writing the outcomes of files into their rows.

A file settles once: each statement touches only rows that still wait. Which outcome a file gets is decided
in `ingest`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.file import UNKNOWN_NS, Outcome, StableFile
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.store.counters import counters
from thumper.store.counters.counters import Counted
from thumper.store.files import dumps
from thumper.store.postgres.connect import client
from thumper.store.postgres.unnest import arrays, unnest


async def lock_waiting(transaction: BaseDBAsyncClient, file_ids: Collection[UUID]) -> set[UUID]:
    """Lock files for settling; return those that have not settled meanwhile."""
    rows = await transaction.execute_query_dict(
        "SELECT id FROM file WHERE id = ANY($1) AND state IN ('seen', 'stable') ORDER BY id FOR UPDATE",
        [sorted(file_ids)],
    )
    return {row["id"] for row in rows}


_SETTLED: Final = {
    "id": "uuid",
    "state": "text",
    "sha256": "bytea",
    "image_id": "uuid",
    "reason": "text",
    "message": "text",
    "changed_ns": "bigint",
}
_SETTLE: Final = f"""
UPDATE file SET state = fresh.state, sha256 = fresh.sha256, image_id = fresh.image_id,
    reason = fresh.reason, message = fresh.message, attempts = attempts + 1, settled_at = now(),
    changed_ns = nullif(fresh.changed_ns, {UNKNOWN_NS})
FROM {unnest(_SETTLED)} WHERE file.id = fresh.id AND file.state IN ('seen', 'stable')
"""


async def settle(transaction: BaseDBAsyncClient, ended: Sequence[Outcome]) -> list[FeedEntry]:
    """Write the final outcomes of files; return the feed entries, to be appended at the end of the transaction."""
    if not ended:
        return []
    values = [
        (
            own.file.file_id,
            own.state.value,
            own.sha256,
            own.image_id,
            own.reason,
            own.message,
            own.file.changed_ns,
        )
        for own in ended
    ]
    await transaction.execute_query_dict(_SETTLE, arrays(values))
    await dumps.touch(transaction, {own.file.dump_id for own in ended})
    await counters.add(transaction, _facts(ended))
    return _entries(ended)


def _facts(ended: Sequence[Outcome]) -> Iterator[tuple[Counted, str]]:
    for own in ended:
        yield Counted.FILES, own.state.value
        if own.reason is not None:
            yield Counted.REJECTIONS, own.reason.value


_TOLD: Final = {"id": "uuid", "message": "text"}


async def retell(transaction: BaseDBAsyncClient, told: Sequence[Outcome]) -> None:
    """Write the messages of outcomes that were settled in this transaction, once it is known what follows from them."""
    if told:
        await transaction.execute_query_dict(
            f"UPDATE file SET message = fresh.message FROM {unnest(_TOLD)} WHERE file.id = fresh.id",
            arrays([(own.file.file_id, own.message) for own in told]),
        )


def _entries(ended: Sequence[Outcome]) -> list[FeedEntry]:
    """Return one entry for each new image, and one for each dump in which anything else settled."""
    others = dict.fromkeys(own.file.dump_id for own in ended if own.state is not FileState.STORED)
    return [
        *(
            FeedEntry(kind=FeedKind.IMAGE_STORED, image_id=own.image_id, dump_id=own.file.dump_id)
            for own in ended
            if own.state is FileState.STORED
        ),
        *(FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in others),
    ]


async def mark_placed(transaction: BaseDBAsyncClient, file_ids: Collection[UUID]) -> None:
    """Record of duplicates that their images had no place and took that of the dump."""
    await transaction.execute_query_dict(
        "UPDATE file SET placed = TRUE WHERE id = ANY($1)", [sorted(file_ids)]
    )


async def mark_stable(file_ids: Sequence[UUID]) -> None:
    """Record that files are stable but wait for something, such as the rest of a truncated photo."""
    await client().execute_query_dict(
        "UPDATE file SET state = 'stable' WHERE id = ANY($1) AND state = 'seen'", [sorted(file_ids)]
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settled file was found to hold: its SHA-256 if it is a photo, else the reason why it was rejected."""

    sha256: bytes | None
    reason: Reason | None


async def settled(file_ids: Collection[UUID]) -> dict[UUID, Settled]:
    """Return what the settled ones among some files held, by id."""
    rows = await client().execute_query_dict(
        "SELECT id, sha256, reason FROM file WHERE id = ANY($1) AND state NOT IN ('seen', 'stable')",
        [sorted(file_ids)],
    )
    return {row["id"]: Settled(row["sha256"], row["reason"] and Reason(row["reason"])) for row in rows}


_CHANGED: Final = {"id": "uuid", "changed_ns": "bigint"}
_NOTE_CHANGED: Final = f"""
UPDATE file SET changed_ns = nullif(fresh.changed_ns, {UNKNOWN_NS}) FROM {unnest(_CHANGED)} WHERE file.id = fresh.id
"""


async def note_changed(connection: BaseDBAsyncClient, files: Collection[StableFile]) -> None:
    """Record the status change times of files whose bytes are those that were admitted."""
    values = [(file.file_id, file.changed_ns) for file in sorted(files, key=lambda file: file.file_id)]
    await connection.execute_query_dict(_NOTE_CHANGED, arrays(values))


_TOUCHED: Final = {"id": "uuid", "sha256": "bytea"}
_BEFORE: Final = f"""
SELECT DISTINCT ON (file.id) file.id, file.dump_id, before.id AS before_id, before.state, before.sha256,
    before.image_id, before.placed, before.attempts, before.seen_at, before.settled_at
FROM {unnest(_TOUCHED)} JOIN file USING (id)
JOIN file AS before ON before.dump_id = file.dump_id AND before.path = file.path AND NOT before.live
    AND before.sha256 = fresh.sha256 AND before.state IN ('stored', 'duplicate')
ORDER BY file.id, before.state = 'stored' DESC
"""
_TAKEN_BACK: Final = {
    "id": "uuid",
    "state": "text",
    "sha256": "bytea",
    "image_id": "uuid",
    "placed": "bool",
    "attempts": "int",
    "seen_at": "timestamptz",
    "settled_at": "timestamptz",
}
_TAKE_BACK: Final = f"""
UPDATE file SET ({", ".join(_TAKEN_BACK)}) = ({", ".join(f"fresh.{column}" for column in _TAKEN_BACK)})
FROM {unnest(_TAKEN_BACK)} WHERE file.id = fresh.id
"""


async def take_back(
    transaction: BaseDBAsyncClient, hashes: Mapping[UUID, bytes]
) -> tuple[dict[UUID, FileState], list[FeedEntry]]:
    """Merge the two rows of each path whose bytes, by SHA-256, the same dump admitted before.

    Only the modification time has changed, as when a copy sets it last: the delivery still has one file there. Returns
    the state of each by its id, and the feed entries, to be appended at the end of the transaction.
    """
    # The live row is kept: a registration of the path may be waiting for its lock, and would miss one that replaced it.
    rows = await transaction.execute_query_dict(_BEFORE, arrays(list(hashes.items()))) if hashes else []
    if not rows:
        return {}, []
    before = [row["before_id"] for row in rows]
    await transaction.execute_query_dict("DELETE FROM file WHERE id = ANY($1)", [before])
    values = [[row[column] for column in _TAKEN_BACK] for row in rows]
    await transaction.execute_query_dict(_TAKE_BACK, arrays(values))
    touched = {row["dump_id"] for row in rows}
    await dumps.touch(transaction, touched)
    entries = [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in sorted(touched)]
    return {row["id"]: FileState(row["state"]) for row in rows}, entries
