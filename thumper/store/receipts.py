"""Looking dumps up for readers: their receipts, their files, and how far detection is with their images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.progress import FileState
from thumper.store.connect import client
from thumper.store.models import Dump, File
from thumper.store.page import Conditions, Key, Kind, Listing, Order

DUMPS: Final = Listing(model=Dump, alias="dump", source="dump")
FILES: Final = Listing(model=File, alias="file", source="file", parent="file.dump_id")

_ID: Final = Key("dump.id", Kind.ID)
_ARRIVED: Final = (Key("dump.first_seen_at", Kind.TIME), _ID)
ARRIVED_NEWEST: Final = Order("arrived-newest", _ARRIVED, descending=True)
ARRIVED_OLDEST: Final = Order("arrived-oldest", _ARRIVED, descending=False)
PATH_A_TO_Z: Final = Order(
    "path-a-z", (Key("file.display_path", Kind.TEXT), Key("file.id", Kind.ID)), descending=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpSearch:
    """What dumps are looked for; None means "whatever"."""

    location_id: UUID | None = None
    settled: bool | None = None

    def conditions(self) -> Conditions:
        """Give the search as SQL conditions on `DUMPS`."""
        conditions = Conditions()
        if self.location_id is not None:
            conditions.add("dump.location_id = {}", self.location_id)
        if self.settled is not None:
            conditions.add(f"(dump.settled_at IS NOT NULL) = {self.settled}")
        return conditions


def files_in(state: FileState | None) -> Conditions:
    """Give the conditions on `FILES` that pick those in a state; None for all."""
    conditions = Conditions()
    if state is not None:
        conditions.add("file.state = {}", state)
    return conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Files of a dump by state; seen + stable + stored + duplicate + rejected = found."""

    found: int = 0
    seen: int = 0
    stable: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    size_bytes: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    """Reason codes of the rejections with their counts, most frequent first."""

    @property
    def waiting(self) -> int:
        """Files that have not settled."""
        return self.seen + self.stable

    def files(self, state: FileState | None) -> int:
        """Count the files in a state; None for all."""
        counted: int = self.found if state is None else getattr(self, state.value)
        return counted


async def receipts(dump_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """Count the files of each dump; one look, so every receipt adds up."""
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
            found=sum(by_state.values()),
            **by_state,
            size_bytes=sum(row["size_bytes"] for row in own),
            reasons=tuple((row["reason"], row["files"]) for row in own if row["reason"] is not None),
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCounts:
    """Images by state; they add up to `total`."""

    total: int = 0
    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0


async def image_counts(dump_ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    """Count the images that each dump was the first to deliver, by state."""
    rows = await client().execute_query_dict(
        """
        SELECT dump_id, count(*) AS total,
            count(*) FILTER (WHERE state = 'pending') AS pending,
            count(*) FILTER (WHERE state = 'processing') AS processing,
            count(*) FILTER (WHERE state = 'completed') AS completed,
            count(*) FILTER (WHERE state = 'failed') AS failed
        FROM image WHERE dump_id = ANY($1::uuid[]) GROUP BY dump_id
        """,
        [list(dump_ids)],
    )
    found = {row.pop("dump_id"): ImageCounts(**row) for row in rows}
    return {dump_id: found.get(dump_id, ImageCounts()) for dump_id in dump_ids}
