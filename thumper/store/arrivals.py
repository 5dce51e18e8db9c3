"""Writing the ledger of files: from the first look at a path to its final state.

Every path of a delivery has one row and every row one state, so that a receipt can
add up at every moment. Statements are set-based: hundreds of files cost a few.
What a state means is decided in `ingest`; reading receipts is `receipts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.path_text import readable
from thumper.domain.progress import WAITING, FileState
from thumper.store import dumps, feed, sources
from thumper.store.connect import client
from thumper.store.ids import new_id

_PAGE: Final = 20_000
"""Rows read at a time when all files of a source are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A path as a look at it found it. `folder` decides its dump, unless `dump_id` does.

    `display_path` is shown to people; without it, the path itself is.
    """

    path: bytes
    folder: bytes
    size_bytes: int
    mtime_ns: int
    dump_id: UUID | None = None
    display_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """The live ledger row of a path, as far as the watcher must know it."""

    file_id: UUID
    dump_id: UUID
    path: bytes
    size_bytes: int
    mtime_ns: int
    state: FileState


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The final state of a file: `image_id` for stored and duplicate, reason and message for rejected."""

    file_id: UUID
    dump_id: UUID
    state: FileState
    sha256: bytes | None = None
    image_id: UUID | None = None
    reason: str | None = None
    message: str | None = None


_COLUMNS: Final = "id, dump_id, path, size_bytes, mtime_ns, state"


def _row(columns: dict[str, Any]) -> FileRow:
    return FileRow(
        file_id=columns["id"],
        dump_id=columns["dump_id"],
        path=bytes(columns["path"]),
        size_bytes=columns["size_bytes"],
        mtime_ns=columns["mtime_ns"],
        state=FileState(columns["state"]),
    )


async def known_files(source_id: UUID) -> AsyncIterator[list[FileRow]]:
    """Give the live rows of a source in pages, by path."""
    after = b""
    while True:
        rows = await client().execute_query_dict(
            f"SELECT {_COLUMNS} FROM file WHERE source_id = $1 AND live AND path > $2 ORDER BY path LIMIT {_PAGE}",
            [source_id, after],
        )
        if not rows:
            return
        page = [_row(row) for row in rows]
        yield page
        after = page[-1].path


async def waiting_files(source_id: UUID) -> list[FileRow]:
    """Give the rows of a source that have not settled."""
    rows = await client().execute_query_dict(
        f"SELECT {_COLUMNS} FROM file WHERE source_id = $1 AND live AND state IN ('seen', 'stable')",
        [source_id],
    )
    return [_row(row) for row in rows]


async def register(source_id: UUID, arrivals: Sequence[Arrival], *, again: bool = False) -> list[FileRow]:
    """Record paths that were found or have changed; give the live row of each, in no order.

    A path that is known and unchanged keeps its row. One whose bytes were admitted and that changed
    gets a new row; a rejected one that changed is tried again in its own dump, which opens again.
    `again` makes a new delivery also of unchanged paths, unless their own dump is still open.
    """
    async with in_transaction("default") as transaction:
        await sources.lock(transaction, source_id)
        plan = await _plan(transaction, source_id, arrivals, again=again)
        await _retire(transaction, plan.retired)
        fresh = await _insert(transaction, source_id, plan.fresh)
        renewed = await _renew(transaction, plan.renewed)
        touched = {row.dump_id for row in (*fresh, *renewed)}
        await dumps.touch(transaction, touched)
        await feed.append(
            transaction,
            [FeedEntry(kind=FeedKind.FILE_SEEN, dump_id=dump_id) for dump_id in sorted(touched)],
        )
    return [*plan.unchanged, *fresh, *renewed]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What registering arrivals comes to."""

    unchanged: list[FileRow]
    renewed: list[tuple[FileRow, Arrival]]
    retired: list[UUID]
    fresh: list[Arrival]


async def _plan(
    transaction: BaseDBAsyncClient, source_id: UUID, arrivals: Sequence[Arrival], *, again: bool
) -> _Plan:
    rows = await transaction.execute_query_dict(
        f"SELECT {_COLUMNS}, (SELECT settled_at IS NULL FROM dump WHERE dump.id = file.dump_id) AS open"
        " FROM file WHERE source_id = $1 AND live AND path = ANY($2) FOR UPDATE OF file",
        [source_id, [arrival.path for arrival in arrivals]],
    )
    known = {bytes(row["path"]): (_row(row), bool(row["open"])) for row in rows}
    plan = _Plan([], [], [], [])
    for arrival in {arrival.path: arrival for arrival in arrivals}.values():
        row, is_open = known.get(arrival.path, (None, False))
        if row is None:
            plan.fresh.append(arrival)
        elif (row.size_bytes, row.mtime_ns) == (arrival.size_bytes, arrival.mtime_ns) and (
            is_open or not again
        ):
            plan.unchanged.append(row)
        elif row.state in WAITING or (row.state is FileState.REJECTED and not again):
            plan.renewed.append((row, arrival))
        else:
            plan.retired.append(row.file_id)
            plan.fresh.append(arrival)
    return plan


async def _retire(transaction: BaseDBAsyncClient, file_ids: Sequence[UUID]) -> None:
    if file_ids:
        await transaction.execute_query_dict(
            "UPDATE file SET live = FALSE WHERE id = ANY($1)", [list(file_ids)]
        )


async def _renew(transaction: BaseDBAsyncClient, renewed: Sequence[tuple[FileRow, Arrival]]) -> list[FileRow]:
    """Start files over whose bytes changed before they were admitted."""
    if not renewed:
        return []
    rows = await transaction.execute_query_dict(
        f"""
        UPDATE file SET size_bytes = fresh.size_bytes, mtime_ns = fresh.mtime_ns, state = 'seen',
            reason = NULL, message = NULL, sha256 = NULL, settled_at = NULL
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS fresh(id, size_bytes, mtime_ns)
        WHERE file.id = fresh.id
        RETURNING file.{_COLUMNS.replace(", ", ", file.")}
        """,
        [
            [row.file_id for row, _ in renewed],
            [arrival.size_bytes for _, arrival in renewed],
            [arrival.mtime_ns for _, arrival in renewed],
        ],
    )
    return [_row(row) for row in rows]


async def _insert(
    transaction: BaseDBAsyncClient, source_id: UUID, arrivals: Sequence[Arrival]
) -> list[FileRow]:
    if not arrivals:
        return []
    folders = sorted({arrival.folder for arrival in arrivals if arrival.dump_id is None})
    opened = {folder: await dumps.open_dump(transaction, source_id, folder=folder) for folder in folders}
    rows = await transaction.execute_query_dict(
        f"""
        INSERT INTO file (id, source_id, dump_id, path, display_path, size_bytes, mtime_ns, state, attempts, live)
        SELECT id, $1, dump_id, path, display_path, size_bytes, mtime_ns, 'seen', 0, TRUE
        FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::text[], $6::bigint[], $7::bigint[])
            AS fresh(id, dump_id, path, display_path, size_bytes, mtime_ns)
        RETURNING {_COLUMNS}
        """,
        [
            source_id,
            [new_id() for _ in arrivals],
            [arrival.dump_id or opened[arrival.folder] for arrival in arrivals],
            [arrival.path for arrival in arrivals],
            [arrival.display_path or readable(arrival.path) for arrival in arrivals],
            [arrival.size_bytes for arrival in arrivals],
            [arrival.mtime_ns for arrival in arrivals],
        ],
    )
    return [_row(row) for row in rows]


async def lock_waiting(transaction: BaseDBAsyncClient, file_ids: Collection[UUID]) -> set[UUID]:
    """Lock files for settling; give those that have not settled meanwhile."""
    rows = await transaction.execute_query_dict(
        "SELECT id FROM file WHERE id = ANY($1) AND state IN ('seen', 'stable') ORDER BY id FOR UPDATE",
        [sorted(file_ids)],
    )
    return {row["id"] for row in rows}


async def settle(transaction: BaseDBAsyncClient, settlements: Sequence[Settlement]) -> list[FeedEntry]:
    """Give files their final state; give the feed entries that belong to it, for the end of the transaction."""
    if not settlements:
        return []
    await transaction.execute_query_dict(
        """
        UPDATE file SET state = fresh.state, sha256 = fresh.sha256, image_id = fresh.image_id,
            reason = fresh.reason, message = fresh.message, attempts = attempts + 1, settled_at = now()
        FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[], $5::text[], $6::text[])
            AS fresh(id, state, sha256, image_id, reason, message)
        WHERE file.id = fresh.id AND file.state IN ('seen', 'stable')
        """,
        [
            [settlement.file_id for settlement in settlements],
            [settlement.state.value for settlement in settlements],
            [settlement.sha256 for settlement in settlements],
            [settlement.image_id for settlement in settlements],
            [settlement.reason for settlement in settlements],
            [settlement.message for settlement in settlements],
        ],
    )
    await dumps.touch(transaction, {settlement.dump_id for settlement in settlements})
    return _entries(settlements)


def _entries(settlements: Sequence[Settlement]) -> list[FeedEntry]:
    """One entry an image that is new, one a dump for everything else that settled."""
    others: defaultdict[UUID, int] = defaultdict(int)
    entries: list[FeedEntry] = []
    for settlement in settlements:
        if settlement.state is FileState.STORED:
            entries.append(
                FeedEntry(
                    kind=FeedKind.IMAGE_STORED, image_id=settlement.image_id, dump_id=settlement.dump_id
                )
            )
        else:
            others[settlement.dump_id] += 1
    entries += [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in others]
    return entries


async def mark_stable(file_ids: Sequence[UUID]) -> None:
    """Note that files are whole but wait for something, such as the rest of a photo that breaks off."""
    await client().execute_query_dict(
        "UPDATE file SET state = 'stable' WHERE id = ANY($1) AND state = 'seen'", [sorted(file_ids)]
    )


async def forget_waiting(file_ids: Sequence[UUID]) -> None:
    """Delete rows of names that files had only while they were written; settled ones stay."""
    await client().execute_query_dict(
        "DELETE FROM file WHERE id = ANY($1) AND state IN ('seen', 'stable')", [sorted(file_ids)]
    )


async def forget_lost_uploads(source_id: UUID) -> None:
    """Delete rows of uploads that were cut off by a crash or an outage and whose addresses expired an hour ago."""
    await client().execute_query_dict(
        """
        DELETE FROM file WHERE source_id = $1 AND state IN ('seen', 'stable') AND NOT EXISTS (
            SELECT FROM upload WHERE upload.dump_id = file.dump_id AND upload.file_id IS NULL
                AND upload.expires_at > now() - interval '1 hour')
        """,
        [source_id],
    )
