"""Receipts: what became of the files of a dump. They add up at every moment.

All counts of a receipt come out of one statement, and the lists of an itemised one out of the same
snapshot of the database, so found = waiting + stored + duplicate + rejected holds while files arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.errors import NotFoundError
from thumper.store.connect import client
from thumper.store.moment import moment

LIST_LIMIT: Final = 1000
"""Files named in each list of an itemised receipt; the counts are always of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Files of a dump by state. `size_bytes` is of all of them."""

    seen: int = 0
    stable: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    size_bytes: int = 0
    reasons: tuple[tuple[Reason, int], ...] = ()
    """The rejected files by reason, most frequent first."""

    @property
    def waiting(self) -> int:
        """Files that have not settled."""
        return self.seen + self.stable

    @property
    def found(self) -> int:
        """All files: the sum of the states, by construction."""
        return self.waiting + self.stored + self.duplicate + self.rejected

    def files(self, state: FileState | None) -> int:
        """Count the files in a state; None for all."""
        counted: int = self.found if state is None else getattr(self, state.value)
        return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateFile:
    """A file whose bytes were known: as which image, and where those were first delivered."""

    path: str
    image_id: UUID
    first_path: str
    first_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedFile:
    """A file that is no image of Thumper: the reason, what is wrong, what to do."""

    path: str
    reason: Reason
    message: str

    @property
    def advice(self) -> str:
        """What to do about it."""
        return self.reason.advice


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemisedReceipt:
    """What a dump delivered and what became of it. Paths are for people; those of files lie below a source.

    Each list names at most the number of files that was asked for; `counts` are of all.
    """

    dump_id: UUID
    source: str
    location: str | None
    counts: Receipt
    duplicates: tuple[DuplicateFile, ...]
    rejected: tuple[RejectedFile, ...]


async def of_dumps(dump_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """Give the receipt of each dump, all as of one moment."""
    rows = await client().execute_query_dict(
        """
        SELECT dump_id, state, reason, count(*) AS files, sum(size_bytes)::bigint AS size_bytes
        FROM file WHERE dump_id = ANY($1::uuid[])
        GROUP BY dump_id, state, reason ORDER BY files DESC, reason
        """,
        [list(dump_ids)],
    )
    found = {}
    for dump_id in dump_ids:
        own = [row for row in rows if row["dump_id"] == dump_id]
        by_state = {
            state.value: sum(row["files"] for row in own if row["state"] == state) for state in FileState
        }
        found[dump_id] = Receipt(
            **by_state,
            size_bytes=sum(row["size_bytes"] for row in own),
            reasons=tuple((Reason(row["reason"]), row["files"]) for row in own if row["reason"] is not None),
        )
    return found


_DUMP: Final = """
SELECT source.display_path AS source, location.name AS location
FROM dump JOIN source ON source.id = dump.source_id LEFT JOIN location ON location.id = dump.location_id
WHERE dump.id = $1
"""

# The delivery that became the image: its stored row, of which an image has exactly one.
_DUPLICATES: Final = """
SELECT file.display_path AS path, file.image_id, first.display_path AS first_path,
    source.display_path AS first_source
FROM file
JOIN file AS first ON first.image_id = file.image_id AND first.state = 'stored'
JOIN source ON source.id = first.source_id
WHERE file.dump_id = $1 AND file.state = 'duplicate' ORDER BY file.path, file.id LIMIT $2
"""

_REJECTED: Final = """
SELECT display_path AS path, reason, message FROM file
WHERE dump_id = $1 AND state = 'rejected' ORDER BY file.path, id LIMIT $2
"""


async def itemised(dump_id: UUID, *, limit: int = LIST_LIMIT) -> ItemisedReceipt:
    """Give the receipt of a dump with its files by name, `limit` in each list. Raises `NotFoundError`."""
    async with moment():
        dump = await client().execute_query_dict(_DUMP, [dump_id])
        if not dump:
            raise NotFoundError(f"There is no dump {dump_id}.")
        counts = await of_dumps([dump_id])
        duplicates = await client().execute_query_dict(_DUPLICATES, [dump_id, limit])
        rejected = await client().execute_query_dict(_REJECTED, [dump_id, limit])
    return ItemisedReceipt(
        dump_id=dump_id,
        **dump[0],
        counts=counts[dump_id],
        duplicates=tuple(DuplicateFile(**row) for row in duplicates),
        rejected=tuple(RejectedFile(**row | {"reason": Reason(row["reason"])}) for row in rejected),
    )
