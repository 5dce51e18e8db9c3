"""Reading the ledger: the receipt of a dump, which always adds up.

Counts and lists of one receipt come out of one snapshot of the database, so that
found = growing + stored + duplicate + rejected holds while files are arriving.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.progress import FileState, SourceKind
from thumper.domain.reason import Reason
from thumper.errors import NotFoundError
from thumper.store.connect import client

LIST_LIMIT: Final = 1000
"""Files named in each list of a receipt; the counts are always of all."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many files, and their bytes."""

    files: int = 0
    size_bytes: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.files + other.files, self.size_bytes + other.size_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpCounts:
    """The files of a dump by state; `growing` are those seen or stable, not yet settled."""

    growing: Tally = Tally()
    stored: Tally = Tally()
    duplicate: Tally = Tally()
    rejected: Tally = Tally()

    @property
    def found(self) -> Tally:
        """All files of the dump: the sum of the states, by construction."""
        return self.growing + self.stored + self.duplicate + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingFile:
    """A file that has not settled. `path` is the display path, relative to the source."""

    file_id: UUID
    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateFile:
    """A file whose bytes were known: as which image, and where and when those were first delivered."""

    file_id: UUID
    path: str
    size_bytes: int
    image_id: UUID
    first_path: str
    first_source: str
    first_dump_id: UUID
    first_seen_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedFile:
    """A file that is no image of Thumper: the reason's code, what is wrong, what to do."""

    file_id: UUID
    path: str
    size_bytes: int
    reason: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a dump delivered and what became of it. `settled_at` is None while it may still grow.

    Each list names at most the number of files that was asked for; `counts` are of all.
    """

    dump_id: UUID
    source_kind: SourceKind
    source: str
    folder: str
    number: int
    location_id: UUID | None
    location: str | None
    first_seen_at: dt.datetime
    changed_at: dt.datetime
    settled_at: dt.datetime | None
    counts: DumpCounts
    growing: tuple[GrowingFile, ...]
    duplicates: tuple[DuplicateFile, ...]
    rejected: tuple[RejectedFile, ...]


_COUNT: Final = """
SELECT dump_id, CASE WHEN state = 'stable' THEN 'seen' ELSE state END AS state,
    count(*) AS files, sum(size_bytes)::bigint AS size_bytes
FROM file WHERE dump_id = ANY($1) GROUP BY 1, 2
"""

_DUMP: Final = """
SELECT dump.id AS dump_id, source.kind AS source_kind, source.display_path AS source,
    dump.display_folder AS folder, dump.number, dump.location_id, location.name AS location,
    dump.first_seen_at, dump.changed_at, dump.settled_at
FROM dump JOIN source ON source.id = dump.source_id LEFT JOIN location ON location.id = dump.location_id
WHERE dump.id = $1
"""

_GROWING: Final = """
SELECT id AS file_id, display_path AS path, size_bytes FROM file
WHERE dump_id = $1 AND state IN ('seen', 'stable') ORDER BY path, id LIMIT $2
"""

# The delivery that became the image: its stored row, of which an image has exactly one.
_DUPLICATES: Final = """
SELECT file.id AS file_id, file.display_path AS path, file.size_bytes, file.image_id,
    first.display_path AS first_path, source.display_path AS first_source,
    first.dump_id AS first_dump_id, first.seen_at AS first_seen_at
FROM file
JOIN file AS first ON first.image_id = file.image_id AND first.state = 'stored'
JOIN source ON source.id = first.source_id
WHERE file.dump_id = $1 AND file.state = 'duplicate' ORDER BY file.path, file.id LIMIT $2
"""

_REJECTED: Final = """
SELECT id AS file_id, display_path AS path, size_bytes, reason, message FROM file
WHERE dump_id = $1 AND state = 'rejected' ORDER BY path, id LIMIT $2
"""


async def receipt(dump_id: UUID, *, limit: int = LIST_LIMIT) -> Receipt:
    """Give the receipt of a dump, its lists cut to `limit` files each. Raises `NotFoundError`."""
    async with in_transaction("default") as snapshot:
        await snapshot.execute_script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = await snapshot.execute_query_dict(_DUMP, [dump_id])
        if not found:
            raise NotFoundError(f"There is no dump {dump_id}.")
        tallies = await _tallies(snapshot, [dump_id])
        growing = await snapshot.execute_query_dict(_GROWING, [dump_id, limit])
        duplicates = await snapshot.execute_query_dict(_DUPLICATES, [dump_id, limit])
        rejected = await snapshot.execute_query_dict(_REJECTED, [dump_id, limit])
    dump: dict[str, Any] = found[0] | {"source_kind": SourceKind(found[0]["source_kind"])}
    return Receipt(
        **dump,
        counts=tallies.get(dump_id, DumpCounts()),
        growing=tuple(GrowingFile(**row) for row in growing),
        duplicates=tuple(DuplicateFile(**row) for row in duplicates),
        rejected=tuple(RejectedFile(**row, advice=Reason(row["reason"]).advice) for row in rejected),
    )


async def counts(dump_ids: Collection[UUID]) -> dict[UUID, DumpCounts]:
    """Give the counts of dumps, all of one snapshot; every id asked for is in the answer."""
    tallies = await _tallies(client(), dump_ids)
    return {dump_id: tallies.get(dump_id, DumpCounts()) for dump_id in dump_ids}


async def _tallies(connection: BaseDBAsyncClient, dump_ids: Collection[UUID]) -> dict[UUID, DumpCounts]:
    rows = await connection.execute_query_dict(_COUNT, [list(dump_ids)])
    by_dump: dict[UUID, dict[str, Tally]] = {}
    for row in rows:
        name = "growing" if row["state"] == FileState.SEEN.value else row["state"]
        by_dump.setdefault(row["dump_id"], {})[name] = Tally(row["files"], row["size_bytes"])
    names = {field.name for field in fields(DumpCounts)}
    return {
        dump_id: DumpCounts(**{name: tally for name, tally in tallies.items() if name in names})
        for dump_id, tallies in by_dump.items()
    }
