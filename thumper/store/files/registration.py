"""Recording files that were found, or have changed.

Every path of a delivery has one row and every row one state, so that a receipt adds
up at every moment. Hundreds of files cost a few statements.
`outcomes` writes what each file becomes; `receipts` counts the states.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.card_folder import top_folder
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.file import UNKNOWN_NS, FileRow, Found
from thumper.domain.path_text import readable
from thumper.domain.progress import WAITING, FileState
from thumper.store.feed import feed
from thumper.store.files import dumps, sources
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unnest import arrays, unnest

_PAGE: Final = 20_000
"""Rows read at a time when all files of a source are wanted."""

_COLUMNS: Final = "id, dump_id, path, size_bytes, mtime_ns, state, changed_ns"
_WAS_THERE: Final = "reason IS DISTINCT FROM 'VANISHED'"
"""The condition on rows of files that had not vanished; one that is back, unchanged, is tried again."""


def _row(columns: dict[str, Any]) -> FileRow:
    return FileRow(
        file_id=columns["id"],
        dump_id=columns["dump_id"],
        path=bytes(columns["path"]),
        size_bytes=columns["size_bytes"],
        mtime_ns=columns["mtime_ns"],
        state=FileState(columns["state"]),
        changed_ns=columns["changed_ns"] or UNKNOWN_NS,
    )


async def known_files(source_id: UUID) -> AsyncIterator[list[FileRow]]:
    """Yield the live rows of a source in pages, by path, without files that had vanished before they were read."""
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
    """Return the rows of a source that have not settled, those to be retried included."""
    return await _live(source_id, "state IN ('seen', 'stable')")


async def asked_files(source_id: UUID) -> list[FileRow]:
    """Return the rows of a source that had settled and are to be retried on request.

    It may be called often: an index holds only these rows.
    """
    return await _live(source_id, "state IN ('seen', 'stable') AND attempts > 0")


async def live_rows(source_id: UUID, paths: Sequence[bytes]) -> list[FileRow]:
    """Return the live rows of some paths of a source; none for a path that has none."""
    rows = await client().execute_query_dict(
        f"SELECT {_COLUMNS} FROM file WHERE source_id = $1 AND live AND path = ANY($2)",
        [source_id, list(paths)],
    )
    return [_row(row) for row in rows]


async def _live(source_id: UUID, condition: str) -> list[FileRow]:
    rows = await client().execute_query_dict(
        f"SELECT {_COLUMNS} FROM file WHERE source_id = $1 AND live AND {condition}", [source_id]
    )
    return [_row(row) for row in rows]


async def register(
    source_id: UUID,
    files: Sequence[Found],
    *,
    dump_id: UUID | None = None,
    again: bool = False,
    shown_as: str | None = None,
) -> list[FileRow]:
    """Record files that were found or have changed; return the live row of each, in any order.

    A path that is known and unchanged keeps its row. One whose bytes were admitted and that changed
    gets a new row; a rejected one that changed is tried again in its own dump, which opens again, and one that was
    admitted incomplete gets its new row in its own dump: the copy may only have gone on.
    `again` makes a new delivery of rejected and of unchanged paths, unless their own dump is still open.
    New rows belong to `dump_id`, else to the dump of their top folder. `shown_as` is displayed instead of the path.
    """
    return await _register(source_id, files, _Delivery(dump_id, again=again), shown_as=shown_as)


async def register_others(source_id: UUID, files: Sequence[Found]) -> list[FileRow]:
    """Record known files that hold other bytes, though size and modification time are the same; see `register`."""
    return await _register(source_id, files, _Delivery(other_bytes=True))


@dataclass(frozen=True, slots=True)
class _Delivery:
    """How files came: into which dump, whether by a delivery made again, whether with other bytes than before."""

    dump_id: UUID | None = None
    again: bool = False
    other_bytes: bool = False


async def _register(
    source_id: UUID, files: Sequence[Found], delivery: _Delivery, *, shown_as: str | None = None
) -> list[FileRow]:
    async with in_transaction("default") as transaction:
        await sources.lock(transaction, source_id)
        plan = await _plan(transaction, source_id, files, delivery=delivery)
        await _retire(transaction, plan.retired)
        fresh = await _insert(transaction, source_id, plan, dump_id=delivery.dump_id, shown_as=shown_as)
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
    """What must be done to register files."""

    unchanged: list[FileRow]
    renewed: list[tuple[FileRow, Found]]
    retired: list[UUID]
    fresh: list[Found]
    own_dumps: dict[bytes, UUID]
    """The dump of those fresh ones that belong to the one in which they were admitted incomplete, by path."""


async def _plan(
    transaction: BaseDBAsyncClient, source_id: UUID, files: Sequence[Found], *, delivery: _Delivery
) -> _Plan:
    rows = await transaction.execute_query_dict(
        f"SELECT {_COLUMNS}, (SELECT settled_at IS NULL FROM dump WHERE dump.id = file.dump_id) AS open,"
        f" {_WAS_THERE} AS was_there,"
        " EXISTS (SELECT FROM image WHERE image.id = file.image_id AND arrived IS NOT NULL) AS incomplete"
        # Admission locks rows in the same order, so that the two cannot deadlock.
        " FROM file WHERE source_id = $1 AND live AND path = ANY($2) ORDER BY id FOR UPDATE OF file",
        [source_id, [file.path for file in files]],
    )
    known = {bytes(row["path"]): (_row(row), row) for row in rows}
    plan = _Plan([], [], [], [], {})
    for file in {file.path: file for file in files}.values():
        if file.path not in known:
            plan.fresh.append(file)
            continue
        row, facts = known[file.path]
        same_delivery = not delivery.again or facts["open"] or row.dump_id == delivery.dump_id
        same_look = (row.size_bytes, row.mtime_ns) == (file.size_bytes, file.mtime_ns)
        same_bytes = same_look and not delivery.other_bytes and not row.is_touched(file)
        if same_delivery and same_bytes and facts["was_there"]:
            plan.unchanged.append(row)
        elif row.state in WAITING or (row.state is FileState.REJECTED and same_delivery):
            plan.renewed.append((row, file))
        else:
            plan.retired.append(row.file_id)
            plan.fresh.append(file)
            if facts["incomplete"] and same_delivery:
                plan.own_dumps[file.path] = row.dump_id
    return plan


async def _retire(transaction: BaseDBAsyncClient, file_ids: Sequence[UUID]) -> None:
    if file_ids:
        await transaction.execute_query_dict(
            "UPDATE file SET live = FALSE WHERE id = ANY($1)", [list(file_ids)]
        )


_RENEWED: Final = {"id": "uuid", "size_bytes": "bigint", "mtime_ns": "bigint"}
# What held a part of a deleted photo may hold the whole one now.
_RENEW: Final = f"""
UPDATE file SET size_bytes = fresh.size_bytes, mtime_ns = fresh.mtime_ns, state = 'seen', attempts = 0,
    reason = NULL, message = NULL, settled_at = NULL, changed_ns = NULL,
    sha256 = CASE WHEN state <> 'rejected' OR reason = 'DELETED' THEN sha256 END
FROM {unnest(_RENEWED)} WHERE file.id = fresh.id
RETURNING file.{_COLUMNS.replace(", ", ", file.")}
"""


async def _renew(transaction: BaseDBAsyncClient, renewed: Sequence[tuple[FileRow, Found]]) -> list[FileRow]:
    """Set files that changed before they were admitted back to their first state; return their rows."""
    if not renewed:
        return []
    values = [(row.file_id, file.size_bytes, file.mtime_ns) for row, file in renewed]
    return [_row(row) for row in await transaction.execute_query_dict(_RENEW, arrays(values))]


_COPIED: Final = (
    *("id", "source_id", "dump_id", "path", "display_path", "size_bytes", "mtime_ns"),
    *("state", "attempts", "live"),
)


async def _insert(
    transaction: BaseDBAsyncClient,
    source_id: UUID,
    plan: _Plan,
    *,
    dump_id: UUID | None,
    shown_as: str | None,
) -> list[FileRow]:
    """Insert rows for paths that have no live one. The caller holds the source's lock, so none can get one meanwhile.

    They are written by COPY, the fastest way; ids are made here, so that nothing has to be read back.
    """
    files, own = plan.fresh, plan.own_dumps
    if not files:
        return []
    new = [file for file in files if file.path not in own]
    folders = sorted({top_folder(file.path) for file in new}) if dump_id is None else []
    opened = {folder: await dumps.open_dump(transaction, source_id, folder=folder) for folder in folders}
    rows = [
        FileRow(
            new_id(),
            own.get(file.path) or dump_id or opened[top_folder(file.path)],
            file.path,
            file.size_bytes,
            file.mtime_ns,
            FileState.SEEN,
        )
        for file in files
    ]
    records = [
        (
            *(row.file_id, source_id, row.dump_id, row.path, shown_as or readable(row.path)),
            *(row.size_bytes, row.mtime_ns, "seen", 0, True),
        )
        for row in rows
    ]
    async with transaction.acquire_connection() as connection:
        await connection.copy_records_to_table("file", records=records, columns=_COPIED)
    return rows


async def forget_waiting(file_ids: Sequence[UUID]) -> None:
    """Delete rows of names that files had only while they were written; settled rows stay."""
    await client().execute_query_dict(
        "DELETE FROM file WHERE id = ANY($1) AND state IN ('seen', 'stable')", [sorted(file_ids)]
    )
