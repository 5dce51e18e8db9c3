"""Looking dumps and their files up: by filter, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.store.models import Dump, File
from thumper.store.postgres.page import Conditions, Key, Kind, Listing, Order, read_all, whole_table

DUMPS: Final = whole_table(Dump)
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
    delivered_from: str | None = None
    """A folder's name below its source, whatever its case, or an absolute path."""

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on `DUMPS`."""
        conditions = Conditions()
        if self.location_id is not None:
            conditions.add("dump.location_id = {}", self.location_id)
        if self.settled is not None:
            conditions.add(f"(dump.settled_at IS NOT NULL) = {self.settled}")
        if self.delivered_from is not None:
            place = self.delivered_from
            conditions.add(
                "(dump.display_folder <> '' AND lower(dump.display_folder) = lower({}) OR EXISTS ("
                "SELECT FROM source WHERE source.id = dump.source_id AND {} ="
                " concat_ws('/', rtrim(source.display_path, '/'), nullif(dump.display_folder, ''))))",
                place,
                place,
            )
        return conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearch:
    """What files of a dump are looked for; None means "whatever"."""

    state: FileState | None = None
    settled: bool | None = None
    reason: Reason | None = None

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on `FILES`."""
        conditions = Conditions()
        if self.state is not None:
            conditions.add("file.state = {}", self.state)
        if self.settled is not None:
            conditions.add(f"file.state {'NOT ' if self.settled else ''}IN ('seen', 'stable')")
        if self.reason is not None:
            conditions.add("file.reason = {}", self.reason)
        return conditions


async def first_deliveries(image_ids: Sequence[UUID]) -> dict[UUID, File]:
    """Return the file that became each image, which is the first that was delivered with such bytes."""
    conditions = Conditions()
    conditions.add("file.state = 'stored'")
    conditions.add("file.image_id = ANY({}::uuid[])", list(image_ids))
    rows = await read_all(FILES, conditions, order="file.id")
    return {row.image_id: row for row in rows if row.image_id is not None}
