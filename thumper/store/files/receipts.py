"""Receipts: the outcomes of the files of a dump, in counts that add up at every moment.

All counts of a receipt come from one statement, and the lists of an itemised one from the same
snapshot of the database, so found = waiting + stored + duplicate + rejected holds while files arrive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from thumper.domain import video
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.clock_warning import ClockGroup
from thumper.domain.progress import WAITING, FileState
from thumper.domain.reason import Reason
from thumper.errors import NotFoundError
from thumper.store.feed.snapshot import snapshot
from thumper.store.files.wipe_rows import VIDEO
from thumper.store.images.image_doubt import DOUBT
from thumper.store.postgres.connect import client

LIST_LIMIT: Final = 1000
"""Most files named in each list of an itemised receipt; the counts include all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The number of files of a dump by state. `size_bytes` is the size of all, `videos` are among the rejected ones."""

    dump_id: UUID = field(compare=False)
    seen: int = 0
    stable: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    videos: int = 0
    size_bytes: int = 0
    reasons: tuple[tuple[Reason, int], ...] = ()
    """The rejected files by reason, most frequent first."""

    @property
    def waiting(self) -> int:
        """The number of files that have not settled."""
        return self.seen + self.stable

    @property
    def found(self) -> int:
        """The number of all files: the sum of the states."""
        return self.waiting + self.stored + self.duplicate + self.rejected

    def files(
        self, *, state: FileState | None = None, settled: bool | None = None, reason: Reason | None = None
    ) -> int:
        """Return the number of files that match everything that is given."""
        if reason is not None:
            matches = state in {None, FileState.REJECTED} and settled is not False
            return dict(self.reasons).get(reason, 0) if matches else 0
        states = [state] if state is not None else list(FileState)
        wanted = [own for own in states if settled is None or settled is (own not in WAITING)]
        return sum(int(getattr(self, own.value)) for own in wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateFile:
    """A file whose bytes were known already: the image, and where and when those bytes were first delivered."""

    path: str
    image_id: UUID
    first_path: str
    first_source: str
    first_seen_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedFile:
    """A file that did not become an image: the reason, what is wrong, what to do."""

    path: str
    reason: Reason
    message: str

    @property
    def advice(self) -> str:
        """What the user can do about it."""
        return video.advice(self.reason, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemisedReceipt:
    """A receipt with its files by name. Paths are for display; those of files are relative to the source.

    Each list is cut at the requested number of files; `counts` include all.
    """

    dump_id: UUID
    source: str
    location: str | None
    counts: Receipt
    duplicates: tuple[DuplicateFile, ...]
    rejected: tuple[RejectedFile, ...]


async def of_dumps(dump_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """Return the receipt of each dump, all at one moment."""
    rows = await client().execute_query_dict(
        f"""
        SELECT dump_id, state, reason, count(*) AS files, count(*) FILTER (WHERE {VIDEO}) AS videos,
            sum(size_bytes)::bigint AS size_bytes
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
            dump_id=dump_id,
            **by_state,
            videos=sum(row["videos"] for row in own),
            size_bytes=sum(row["size_bytes"] for row in own),
            reasons=tuple((Reason(row["reason"]), row["files"]) for row in own if row["reason"] is not None),
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DamageCount:
    """How many files of a dump are photos of which a part is missing, and how many may be."""

    damaged: int = 0
    incomplete: int = 0
    """Arrived incomplete and were not looked at: whether pixels are missing is not known yet."""


DAMAGED: Final = "image.damaged"
INCOMPLETE: Final = "image.arrived IS NOT NULL AND NOT image.damaged AND image.state <> 'completed'"

_DAMAGE: Final = f"""
SELECT file.dump_id, count(*) FILTER (WHERE {DAMAGED}) AS damaged, count(*) FILTER (WHERE {INCOMPLETE}) AS incomplete
FROM file JOIN image ON image.id = file.image_id
WHERE file.dump_id = ANY($1::uuid[]) AND (image.damaged OR image.arrived IS NOT NULL)
GROUP BY file.dump_id
"""


async def damage(dump_ids: Sequence[UUID]) -> dict[UUID, DamageCount]:
    """Count the damaged photos among the stored and duplicate files of each dump."""
    rows = await client().execute_query_dict(_DAMAGE, [list(dump_ids)])
    counts = {row.pop("dump_id"): DamageCount(**row) for row in map(dict, rows)}
    return {dump_id: counts.get(dump_id, DamageCount()) for dump_id in dump_ids}


_CLOCKS: Final = f"""
SELECT dump_id, time_source, {DOUBT} AS doubt, dst_edge, offset_unreadable, clock_fix_id IS NOT NULL AS fixed,
    count(*) AS images
FROM image WHERE dump_id = ANY($1::uuid[])
GROUP BY dump_id, time_source, doubt, dst_edge, offset_unreadable, fixed
"""


async def clocks(dump_ids: Sequence[UUID]) -> dict[UUID, list[ClockGroup]]:
    """Return the clock groups of the images that each dump was the first to deliver."""
    rows = await client().execute_query_dict(_CLOCKS, [list(dump_ids)])
    found: dict[UUID, list[ClockGroup]] = {dump_id: [] for dump_id in dump_ids}
    for row in rows:
        found[row["dump_id"]].append(
            ClockGroup(
                time_source=TimeSource(row["time_source"]),
                doubt=None if row["doubt"] is None else ClockDoubt(row["doubt"]),
                dst_edge=None if row["dst_edge"] is None else DstEdge(row["dst_edge"]),
                fixed=row["fixed"],
                images=row["images"],
                offset_unreadable=row["offset_unreadable"],
            )
        )
    return found


_DUMP: Final = """
SELECT source.display_path AS source, location.name AS location
FROM dump JOIN source ON source.id = dump.source_id LEFT JOIN location ON location.id = dump.location_id
WHERE dump.id = $1
"""

# The first delivery of an image is its row in state `stored`, of which it has exactly one.
_DUPLICATES: Final = """
SELECT file.display_path AS path, file.image_id, first.display_path AS first_path,
    source.display_path AS first_source, first.seen_at AS first_seen_at
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
    """Return the receipt of a dump with its files by name, at most `limit` in each list. Raises `NotFoundError`."""
    async with snapshot():
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
