"""Writing the ledger of files: paths that were found, or have changed.

Every path of a delivery has one row and every row one state, so that a receipt can
add up at every moment. Statements are set-based: hundreds of files cost a few.
Final states are given in `settlements`; what they add up to says `receipts`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.path_text import readable
from thumper.domain.progress import WAITING, FileState
from thumper.store.feed import feed
from thumper.store.files import dumps, sources
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unnest import arrays, unnest

_PAGE: Final = 20_000
"""Rows read at a time when all files of a source are asked for."""


class Arrival(NamedTuple):
    """A path as a look at it found it. `folder` decides its dump, unless `dump_id` does.

    `display_path` is shown to people; without it, the path itself is.
    """

    path: bytes
    folder: bytes
    size_bytes: int
    mtime_ns: int
    dump_id: UUID | None = None
    display_path: str | None = None


class FileRow(NamedTuple):
    """The live ledger row of a path, as far as the watcher must know it."""

    file_id: UUID
    dump_id: UUID
    path: bytes
    size_bytes: int
    mtime_ns: int
    state: FileState


_COLUMNS: Final = "id, dump_id, path, size_bytes, mtime_ns, state"
_WAS_THERE: Final = "reason IS DISTINCT FROM 'VANISHED'"
"""Whether a file was ever read; one that had vanished and is back, unchanged, is tried again."""


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
    """Yield the live rows of a source in pages, by path; without files that were gone when they were to be read."""
    after = b""
    while True:
        rows = await client().execute_query_dict(
            f"SELECT {_COLUMNS} FROM file WHERE source_id = $1 AND live AND path > $2 AND {_WAS_THERE}"
            f" ORDER BY path LIMIT {_PAGE}",
            [source_id, after],
        )
        if not rows:
            return
        page = [_row(row) for row in rows]
        yield page
        after = page[-1].path


async def waiting_files(source_id: UUID) -> list[FileRow]:
    """Return the rows of a source that have not settled."""
    rows = await client().execute_query_dict(
        f"SELECT {_COLUMNS} FROM file WHERE source_id = $1 AND live AND state IN ('seen', 'stable')",
        [source_id],
    )
    return [_row(row) for row in rows]


async def asked_files(source_id: UUID) -> list[FileRow]:
    """Return the rows of a source that wait though they had settled before: somebody asked to try them again."""
    rows = await client().execute_query_dict(
        f"SELECT {_COLUMNS} FROM file WHERE source_id = $1 AND live AND state IN ('seen', 'stable') AND attempts > 0",
        [source_id],
    )
    return [_row(row) for row in rows]


async def register(source_id: UUID, arrivals: Sequence[Arrival], *, again: bool = False) -> list[FileRow]:
    """Record paths that were found or have changed; return the live row of each, in no order.

    A path that is known and unchanged keeps its row. One whose bytes were admitted and that changed
    gets a new row; a rejected one that changed is tried again in its own dump, which opens again.
    `again` makes a new delivery of rejected and of unchanged paths, unless their own dump is still open.
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
        f"SELECT {_COLUMNS}, (SELECT settled_at IS NULL FROM dump WHERE dump.id = file.dump_id) AS open,"
        f" {_WAS_THERE} AS was_there"
        # In the order in which admission locks them, so that each waits for the other at most.
        " FROM file WHERE source_id = $1 AND live AND path = ANY($2) ORDER BY id FOR UPDATE OF file",
        [source_id, [arrival.path for arrival in arrivals]],
    )
    known = {bytes(row["path"]): (_row(row), row) for row in rows}
    plan = _Plan([], [], [], [])
    for arrival in {arrival.path: arrival for arrival in arrivals}.values():
        if arrival.path not in known:
            plan.fresh.append(arrival)
            continue
        row, facts = known[arrival.path]
        same_delivery = not again or facts["open"] or row.dump_id == arrival.dump_id
        same_bytes = (row.size_bytes, row.mtime_ns) == (arrival.size_bytes, arrival.mtime_ns)
        if same_delivery and same_bytes and facts["was_there"]:
            plan.unchanged.append(row)
        elif row.state in WAITING or (row.state is FileState.REJECTED and same_delivery):
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


_RENEWED: Final = {"id": "uuid", "size_bytes": "bigint", "mtime_ns": "bigint"}
_RENEW: Final = f"""
UPDATE file SET size_bytes = fresh.size_bytes, mtime_ns = fresh.mtime_ns, state = 'seen', attempts = 0,
    reason = NULL, message = NULL, sha256 = NULL, settled_at = NULL
FROM {unnest(_RENEWED)} WHERE file.id = fresh.id
RETURNING file.{_COLUMNS.replace(", ", ", file.")}
"""


async def _renew(transaction: BaseDBAsyncClient, renewed: Sequence[tuple[FileRow, Arrival]]) -> list[FileRow]:
    """Start files over whose bytes changed before they were admitted."""
    if not renewed:
        return []
    values = [(row.file_id, arrival.size_bytes, arrival.mtime_ns) for row, arrival in renewed]
    return [_row(row) for row in await transaction.execute_query_dict(_RENEW, arrays(values))]


_COPIED: Final = (
    *("id", "source_id", "dump_id", "path", "display_path", "size_bytes", "mtime_ns"),
    *("state", "attempts", "live"),
)


async def _insert(
    transaction: BaseDBAsyncClient, source_id: UUID, arrivals: Sequence[Arrival]
) -> list[FileRow]:
    """Record paths that have no live row. The caller holds the source's lock, so none can get one meanwhile.

    By COPY, which costs PostgreSQL least; ids are made here, so that nothing has to be read back.
    """
    if not arrivals:
        return []
    folders = sorted({arrival.folder for arrival in arrivals if arrival.dump_id is None})
    opened = {folder: await dumps.open_dump(transaction, source_id, folder=folder) for folder in folders}
    rows = [
        FileRow(
            new_id(),
            arrival.dump_id or opened[arrival.folder],
            arrival.path,
            arrival.size_bytes,
            arrival.mtime_ns,
            FileState.SEEN,
        )
        for arrival in arrivals
    ]
    records = [
        (
            *(row.file_id, source_id, row.dump_id, row.path, arrival.display_path or readable(row.path)),
            *(row.size_bytes, row.mtime_ns, "seen", 0, True),
        )
        for row, arrival in zip(rows, arrivals, strict=True)
    ]
    async with transaction.acquire_connection() as connection:
        await connection.copy_records_to_table("file", records=records, columns=_COPIED)
    return rows
