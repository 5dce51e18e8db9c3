"""Finding dumps and their files by filter, in pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.entered_text import composed
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.store.files.receipts import DAMAGED, INCOMPLETE
from thumper.store.models import Dump, File
from thumper.store.postgres.page import Conditions, Key, KeyKind, Listing, count, read_all, whole_table
from thumper.store.postgres.search import Search, any_of, sort, where, without
from thumper.store.times.clock_questions import ASKED

DUMPS: Final = whole_table(Dump)
FILES: Final = Listing(model=File, alias="file", source="file", parent="file.dump_id")

ARRIVED: Final = sort(
    "ARRIVED",
    "When its first file was found.",
    (Key("dump.first_seen_at", KeyKind.TIME), Key("dump.id", KeyKind.ID)),
    names=("arrived-oldest", "arrived-newest"),
)
PATH: Final = sort(
    "PATH",
    "Path below the source.",
    (Key("file.display_path", KeyKind.TEXT), Key("file.id", KeyKind.ID)),
    names=("path-a-z", "path-z-a"),
)

_BROUGHT: Final = "EXISTS (SELECT FROM image WHERE image.dump_id = dump.id)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpSearch(Search[Dump]):
    """Which dumps; every field that is given must hold, an empty filter means all."""

    listing = DUMPS
    sorts = (ARRIVED,)
    descending = True

    location_id: UUID | None = where("Of this location.", "dump.location_id = {}")
    location_ids: tuple[UUID, ...] | None = any_of(
        "Of any of these locations, 100 at most.", "dump.location_id", kind="uuid"
    )
    without_location: bool | None = without("Of no location; false finds those of one.", "dump.location_id")
    arrived_after: dt.datetime | None = where(
        "Whose first file was found at this instant or later.", "dump.first_seen_at >= {}"
    )
    arrived_before: dt.datetime | None = where(
        "Whose first file was found before this instant.", "dump.first_seen_at < {}"
    )
    settled: bool | None = where(
        "Whether everything has arrived; false finds those that still arrive.",
        "(dump.settled_at IS NOT NULL) = True",
        otherwise="(dump.settled_at IS NOT NULL) = False",
    )
    clock_asked: bool | None = where(
        "Whether its clockQuestion waits for an answer.", ASKED, otherwise=f"NOT {ASKED}"
    )
    brought_images: bool | None = where(
        "Whether it was the first to deliver any image that is there.",
        _BROUGHT,
        otherwise=f"NOT {_BROUGHT}",
    )
    delivered_from: str | None = where(
        "From this top folder, by its name whatever its case, or by its absolute path; or from this ingested path.",
        "(dump.display_folder <> '' AND lower(normalize(dump.display_folder, NFC)) = lower({}) OR EXISTS ("
        "SELECT FROM source WHERE source.id = dump.source_id AND {} = normalize("
        "concat_ws('/', rtrim(source.display_path, '/'), nullif(dump.display_folder, '')), NFC)))",
        read=composed,
    )


_PHOTO: Final = "EXISTS (SELECT FROM image WHERE image.id = file.image_id AND {})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearch(Search[File]):
    """Which files of a dump; every field that is given must hold, an empty filter means all."""

    listing = FILES
    sorts = (PATH,)

    state: FileState | None = where("In this state.", "file.state = {}")
    settled: bool | None = where(
        "Whether its state is final; false finds those that are still growing or about to be read.",
        "file.state NOT IN ('seen', 'stable')",
        otherwise="file.state IN ('seen', 'stable')",
    )
    reason: Reason | None = where("Rejected for this reason.", "file.reason = {}")
    damaged: bool | None = where(
        "Whether detection found that a part of the picture is missing.",
        _PHOTO.format(DAMAGED),
        otherwise=f"NOT {_PHOTO.format(DAMAGED)}",
    )
    incomplete: bool | None = where(
        "Whether it arrived incomplete and was not looked at: whether a part is missing is not known yet.",
        _PHOTO.format(INCOMPLETE),
        otherwise=f"NOT {_PHOTO.format(INCOMPLETE)}",
    )

    @property
    def of_pictures(self) -> bool:
        """Whether it asks for something that the counts of a receipt do not know."""
        return self.damaged is not None or self.incomplete is not None

    async def count_of(self, dump_id: UUID) -> int:
        """Count the files of a dump that are found."""
        conditions = self.conditions()
        conditions.add("file.dump_id = {}", dump_id)
        return await count(FILES, conditions)


async def first_deliveries(image_ids: Sequence[UUID]) -> dict[UUID, File]:
    """Return the file that each image was made from, the first that was delivered with its bytes."""
    conditions = Conditions()
    conditions.add("file.state = 'stored'")
    conditions.add("file.image_id = ANY({}::uuid[])", list(image_ids))
    rows = await read_all(FILES, conditions, order="file.id")
    return {row.image_id: row for row in rows if row.image_id is not None}


MOST_OF_A_DELETION: Final = 20
"""Files listed of a deleted image."""


async def deleted_files(hashes: Sequence[bytes]) -> dict[bytes, list[File]]:
    """Return the files that were rejected since their photos were deleted, by hash: of each the first that arrived."""
    rows = await FILES.read(
        f"""
        SELECT * FROM (
            SELECT {FILES.columns}, row_number() OVER (PARTITION BY file.sha256 ORDER BY file.id) AS place
            FROM file WHERE file.reason = 'DELETED' AND file.sha256 = ANY($1)
        ) AS numbered WHERE place <= {MOST_OF_A_DELETION} ORDER BY id
        """,
        [list(hashes)],
    )
    found: dict[bytes, list[File]] = {}
    for row in rows:
        found.setdefault(row.sha256 or b"", []).append(row)
    return found
