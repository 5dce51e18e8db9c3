"""Looking changes of places up: all of them, those of a dump, those of a location, and how many images each moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.store.models import Relocation
from thumper.store.postgres.grouped_count import count_by
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

RELOCATIONS: Final = whole_table(Relocation)

MOST_LISTED: Final = 100
"""Changes listed of one dump or location."""

_OF_DUMPS: Final = """
SELECT dump_id AS about_id, id AS relocation_id FROM relocation WHERE dump_id = ANY({ids}::uuid[])
UNION SELECT dump_id, relocation_id FROM dump_move WHERE dump_id = ANY({ids}::uuid[])
UNION SELECT image.dump_id, image_move.relocation_id FROM image_move JOIN image ON image.id = image_move.image_id
    WHERE image.dump_id = ANY({ids}::uuid[])
"""

_OF_LOCATIONS: Final = """
SELECT location_id AS about_id, id AS relocation_id FROM relocation WHERE location_id = ANY({ids}::uuid[])
UNION SELECT merged_id, id FROM relocation WHERE merged_id = ANY({ids}::uuid[])
UNION SELECT location_id, relocation_id FROM image_move WHERE location_id = ANY({ids}::uuid[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelocationSearch(Search[Relocation]):
    """Which changes of places; every field that is given must hold, an empty filter means all."""

    listing = RELOCATIONS
    descending = True
    sorts = (
        sort(
            "CREATED",
            "When it was made.",
            (Key("relocation.created_at", KeyKind.TIME), Key("relocation.id", KeyKind.ID)),
            names=("made-oldest", "made-newest"),
        ),
    )

    dump_id: UUID | None = where(
        "Of this dump, or of images that it was the first to deliver.",
        f"relocation.id IN (SELECT relocation_id FROM ({_OF_DUMPS.replace('{ids}', 'ARRAY[{}]')}) AS own)",
    )
    location_id: UUID | None = where(
        "That led to this location, away from it, or merged it into another.",
        f"relocation.id IN (SELECT relocation_id FROM ({_OF_LOCATIONS.replace('{ids}', 'ARRAY[{}]')}) AS own)",
    )
    undone: bool | None = where(
        "Whether it was taken back; false finds those that stand.",
        "(relocation.undone_at IS NOT NULL) = True",
        otherwise="(relocation.undone_at IS NOT NULL) = False",
    )


async def of_dumps(dump_ids: Sequence[UUID]) -> dict[UUID, list[Relocation]]:
    """Return the changes of places of each dump and its images, the latest 100, newest first."""
    return await _of(_OF_DUMPS, dump_ids)


async def of_locations(location_ids: Sequence[UUID]) -> dict[UUID, list[Relocation]]:
    """Return the changes that led to each location, away from it, or merged it: the latest 100, newest first."""
    return await _of(_OF_LOCATIONS, location_ids)


async def _of(about: str, ids: Sequence[UUID]) -> dict[UUID, list[Relocation]]:
    rows = await RELOCATIONS.read_with(
        ["about_id"],
        f"""
        SELECT * FROM (
            SELECT {RELOCATIONS.columns}, own.about_id,
                row_number() OVER (PARTITION BY own.about_id ORDER BY created_at DESC, id DESC) AS place
            FROM ({about.replace("{ids}", "$1")}) AS own JOIN relocation ON relocation.id = own.relocation_id
        ) AS numbered WHERE place <= {MOST_LISTED} ORDER BY place
        """,
        [list(ids)],
    )
    found: dict[UUID, list[Relocation]] = {uuid: [] for uuid in ids}
    for row, (about_id,) in rows:
        found[about_id].append(row)
    return found


async def image_counts(relocation_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images that each change moved."""
    return await count_by("image_move", "relocation_id", relocation_ids)
