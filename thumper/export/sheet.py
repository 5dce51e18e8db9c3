"""The sheets that can be had as a spreadsheet: which rows each has, and which columns.

A sheet reads the rows of a list of the API, so its filter is the list's own and it has as many rows as that counts.
Another column is a line here; another format reads the same sheets. Refuses to know how a row is written down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from thumper.domain.spreadsheet_cell import Cell
from thumper.domain.time_zone import place_zone
from thumper.store.deer.sighting_search import SightingSearch
from thumper.store.images.detections import COUNTED, RANK, DetectionSearch, shown
from thumper.store.images.images import ImageSearch
from thumper.store.images.marks import MARKED
from thumper.store.postgres.search import Search

Row: TypeAlias = Mapping[str, Any]
Identify: TypeAlias = Callable[[str, UUID], str]
"""Makes the id that the API has for a record of a type."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What it takes to tell a row: the zone of the server for stands without one, and the ids of the API."""

    server_zone: str
    identify: Identify


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, which never changes, and what stands in it."""

    heading: str
    cell: Callable[[Row, Telling], Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One kind of rows; `selected` and `joined` are the SQL of what stands beside an image, its stand and camera."""

    name: str
    noun: str
    search: type[Search[Any]]
    image_id: str
    selected: str
    joined: str
    columns: tuple[Column, ...]

    async def sql(self, search: Search[Any]) -> tuple[str, list[Any]]:
        """Return the query for the rows that a search finds, the earliest capture first, and its values."""
        listing, order = search.listing, search.sorts[0].ascending
        conditions = await search.prepared()
        keys = [(key.sql, f"key_{number}") for number, key in enumerate(order.keys)]
        named = ", ".join(f"{sql} AS {name}" for sql, name in keys)
        # Sorted before anything is looked up for a row: else the first would come after the last was looked up.
        sql = f"""
            SELECT found.id, image.id AS image_id, image.file_name, image.taken_at,
                place.name AS stand, place.time_zone, place.latitude, place.longitude,
                coalesce(nullif(camera.name, ''), concat_ws(' ', nullif(camera.make, ''), nullif(camera.model, ''),
                    nullif(camera.serial, ''))) AS camera,
                {self.selected}
            FROM (
                SELECT {listing.alias}.id, {self.image_id} AS image_id, {named}
                FROM {listing.source} WHERE {conditions.sql}
                ORDER BY {", ".join(name for _, name in keys)}
            ) AS found
            JOIN image ON image.id = found.image_id
            LEFT JOIN location AS place ON place.id = image.location_id
            LEFT JOIN camera ON camera.id = image.camera_id
            {self.joined}
            ORDER BY {", ".join(f"found.{name}" for _, name in keys)}
        """
        return sql, conditions.values

    def cells(self, row: Row, telling: Telling) -> list[Cell]:
        """Return a row's cells, column by column."""
        return [column.cell(row, telling) for column in self.columns]


def _own(name: str, heading: str = "") -> Column:
    return Column(heading or name, lambda row, _: row[name])


def _id(noun: str, name: str) -> Column:
    heading = f"{noun.lower()}_id"
    return Column(heading, lambda row, telling: telling.identify(noun, row[name]))


def _zone(row: Row, telling: Telling) -> str:
    place = place_zone(row["time_zone"], latitude=row["latitude"], longitude=row["longitude"])
    return place[0] or telling.server_zone


def _local(row: Row, telling: Telling) -> str | None:
    """Return what a clock at the stand showed, to the second, as spreadsheets read it; its offset is a cell beside."""
    taken: dt.datetime | None = row["taken_at"]
    if taken is None:
        return None
    return taken.astimezone(ZoneInfo(_zone(row, telling))).strftime("%Y-%m-%d %H:%M:%S")


def instant(moment: dt.datetime | None) -> str | None:
    """Return an instant as ISO 8601 in UTC."""
    return None if moment is None else moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


_PHOTO: Final = (
    _own("file_name", "file"),
    _own("stand"),
    _own("camera"),
    Column("local_time", _local),
    Column("time_zone", _zone),
    Column("instant", lambda row, _: instant(row["taken_at"])),
)
_ANIMAL: Final = (
    _own("label"),
    _own("species"),
    _own("common_name"),
    _own("sex"),
    _own("life_stage"),
    _own("model_word"),
    Column("confidence", lambda row, _: None if row["confidence"] is None else round(row["confidence"], 4)),
    _own("deer"),
)

_BOX: Final = """
    coalesce(detection.corrected_label, detection.label) AS label, detection.species, species.common_name,
    detection.sex, detection.life_stage,
    CASE WHEN detection.drawn_by IS NULL THEN detection.label END AS model_word, detection.confidence,
    known.name AS deer, detection.id AS detection_id
"""
_SPECIES: Final = "LEFT JOIN species ON lower(species.scientific_name) = lower(detection.species)"
_KNOWN: Final = """
    LEFT JOIN sighting AS seen ON seen.detection_id = detection.id
    LEFT JOIN deer AS known ON known.id = seen.deer_id
"""


def _all(sql: str) -> str:
    """Return the SQL of what stands in the one cell of several boxes: one after the other, the most certain first."""
    return f"string_agg({sql}, '; ' ORDER BY {RANK})"


_BOXES: Final = f"""
    LEFT JOIN LATERAL (
        SELECT count(*)::int AS animals,
            {_all("coalesce(detection.corrected_label, detection.label)")} AS label,
            {_all("coalesce(detection.species, '')")} AS species,
            {_all("coalesce(species.common_name, '')")} AS common_name,
            {_all("detection.sex")} AS sex, {_all("detection.life_stage")} AS life_stage,
            {_all("CASE WHEN detection.drawn_by IS NULL THEN detection.label ELSE '' END")} AS model_word,
            max(detection.confidence) AS confidence,
            string_agg(known.name, '; ' ORDER BY {RANK}) AS deer
        FROM detection {_SPECIES} {_KNOWN}
        WHERE detection.image_id = image.id AND detection.detector_id = ANY({COUNTED}) AND {shown()}
    ) AS boxes ON true
"""

DETECTIONS: Final = Sheet(
    name="detections",
    noun="Detection",
    search=DetectionSearch,
    image_id="detection.image_id",
    selected=f"{_BOX}, detection.verdict, detection.drawn_by IS NOT NULL AS drawn",
    joined=f"JOIN detection ON detection.id = found.id {_SPECIES} {_KNOWN}",
    columns=(
        *_PHOTO,
        *_ANIMAL,
        _own("verdict", "review"),
        Column("drawn", lambda row, _: "yes" if row["drawn"] else "no"),
        _id("Image", "image_id"),
        _id("Detection", "detection_id"),
    ),
)
IMAGES: Final = Sheet(
    name="images",
    noun="Image",
    search=ImageSearch,
    image_id="image.id",
    selected=f"""
        boxes.*, image.state, EXISTS ({MARKED} 'star') AS starred,
        (SELECT string_agg(mark.text, '; ' ORDER BY lower(mark.text)) FROM mark
            WHERE mark.image_id = image.id AND mark.kind = 'tag' AND mark.undone_at IS NULL) AS tags,
        (SELECT mark.text FROM mark
            WHERE mark.image_id = image.id AND mark.kind = 'note' AND mark.undone_at IS NULL) AS note
    """,
    joined=_BOXES,
    columns=(
        *_PHOTO,
        _own("animals"),
        *_ANIMAL,
        _own("state"),
        Column("starred", lambda row, _: "yes" if row["starred"] else "no"),
        _own("tags"),
        _own("note"),
        _id("Image", "image_id"),
    ),
)
SIGHTINGS: Final = Sheet(
    name="sightings",
    noun="Sighting",
    search=SightingSearch,
    image_id="sighting.image_id",
    selected=f"{_BOX}, own.actor, own.created_at, known.id AS deer_id",
    joined=f"""
        JOIN sighting AS own ON own.id = found.id
        JOIN detection ON detection.id = own.detection_id {_SPECIES}
        JOIN deer AS known ON known.id = own.deer_id
    """,
    columns=(
        *_PHOTO,
        *_ANIMAL,
        _own("actor", "said_by"),
        Column("said_at", lambda row, _: instant(row["created_at"])),
        _id("Image", "image_id"),
        _id("Detection", "detection_id"),
        _id("Deer", "deer_id"),
    ),
)
SHEETS: Final = {sheet.name: sheet for sheet in (DETECTIONS, IMAGES, SIGHTINGS)}
