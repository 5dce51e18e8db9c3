"""Looking dumps and their files up: by filter, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.progress import FileState
from thumper.store.models import Dump, File
from thumper.store.page import Conditions, Key, Kind, Listing, Order, whole_table

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
