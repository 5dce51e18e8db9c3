"""What a guest sees of each table: a view of the same name, with the rows that guests may see and without the rest.

A column that is not named here is null for them, a table without a view does not exist. The views are no part of the
migrations, which could alter no column below a view: they are dropped before those and made anew after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError

from thumper.domain.guest_view import DEGREES, DELAY
from thumper.errors import SettingError
from thumper.store.postgres.guest_pool import SCHEMA

DROP: Final = f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"

_OLD: Final = f"now() - interval '{DELAY.total_seconds():.0f} s'"
_ROUNDED: Final = "(round({}::numeric / {degrees}) * {degrees})::float8"


def _rounded(column: str) -> str:
    return _ROUNDED.format(column, degrees=DEGREES)


def _of_place(column: str) -> str:
    """Return what is shown for the position that a photo has: that of its place, which is rounded already."""
    return f"CASE WHEN image.{column} IS NOT NULL THEN place.{column} END"


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What guests see of one table: `rows` is what follows FROM, with the table under its own name."""

    rows: str
    shown: str = ""
    """Columns as they are."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """SQL of columns that show something else."""


_SEEN: Final = f"JOIN {SCHEMA}.image AS seen ON seen.id = {{}}.image_id"
_FIRST: Final = (
    f"CROSS JOIN LATERAL (SELECT min(seen.created_at) AS arrived FROM {SCHEMA}.image AS seen"
    " WHERE seen.{0}_id = {0}.id) AS first WHERE first.arrived IS NOT NULL"
)
"""Of what is known by its photos only what guests may see counts, also for when it was first known."""

_VIEWS: Final[dict[str, _View]] = {
    "location": _View(
        rows="public.location WHERE location.shared AND location.merged_into_id IS NULL",
        shown="id name time_zone active shared created_at",
        instead={"latitude": _rounded("location.latitude"), "longitude": _rounded("location.longitude")},
    ),
    "image": _View(
        rows=f"public.image JOIN {SCHEMA}.location AS place ON place.id = image.location_id"
        f" WHERE image.created_at < {_OLD} AND (image.taken_at IS NULL OR image.taken_at < {_OLD})",
        shown="id size_bytes media_type width_px height_px taken_at sort_at time_source clock_source utc_offset_s"
        " offset_unreadable temperature_c moon_phase sequence_number sequence_length damaged state created_at"
        " processed_at camera_id deployment_id location_id",
        instead={
            # It begins with camera, folder and file name; photos of one instant are in no order that tells of them.
            "sort_name": "''",
            "clock_offset_s": "0",
            # Those of its place: the photos of one that lies near where rounding changes would fall on both sides.
            "latitude": _of_place("latitude"),
            "longitude": _of_place("longitude"),
        },
    ),
    "camera": _View(
        rows=f"public.camera {_FIRST.format('camera')}",
        shown="id make model",
        instead={"created_at": "first.arrived"},
    ),
    # That a camera went elsewhere would tell of a place that may be hidden.
    "deployment": _View(
        rows=f"public.deployment JOIN {SCHEMA}.location AS place ON place.id = deployment.location_id"
        f" {_FIRST.format('deployment')}",
        shown="id camera_id location_id",
        instead={"created_at": "first.arrived"},
    ),
    "detection_run": _View(
        rows=f"public.detection_run {_SEEN.format('detection_run')}",
        shown="id duration_ms finished_at detector_id image_id",
        instead={"device": "''", "engine": "''"},
    ),
    "detection": _View(
        rows=f"public.detection {_SEEN.format('detection')}",
        shown="id ordinal label confidence x y width height shown duplicate_of species sex life_stage corrected_label"
        " verdict removed_at repeats_id detector_id image_id run_id",
        instead={"drawn_by": "CASE WHEN detection.drawn_by IS NOT NULL THEN '' END"},
    ),
    "review": _View(
        rows=f"public.review JOIN {SCHEMA}.detection AS box ON box.id = review.detection_id",
        shown="id verdict species sex life_stage created_at undone_at detection_id",
    ),
    "sighting": _View(
        rows=f"public.sighting {_SEEN.format('sighting')}",
        shown="id image_id detector_id created_at deer_id detection_id",
    ),
    "deer": _View(
        rows=f"public.deer WHERE EXISTS (SELECT FROM {SCHEMA}.sighting WHERE sighting.deer_id = deer.id)",
        shown="id name sex status created_at",
    ),
    "identity_decision": _View(
        rows=f"public.identity_decision JOIN {SCHEMA}.detection AS box ON box.id = identity_decision.detection_id"
        f" WHERE EXISTS (SELECT FROM {SCHEMA}.deer WHERE deer.id = identity_decision.deer_id)",
        shown="id verdict created_at deer_id detection_id",
    ),
    # What people listed may be there for a photo that guests do not see.
    "species": _View(
        rows="public.species WHERE species.origin <> 'person' OR EXISTS ("
        f"SELECT FROM {SCHEMA}.detection WHERE lower(detection.species) = lower(species.scientific_name))",
        shown="id scientific_name common_name origin created_at",
    ),
    "detector": _View(
        rows="public.detector",
        shown="id sha256 precision name labels class_map current people created_at",
    ),
    "image_tally": _View(
        rows=f"(SELECT count(*) AS total FROM {SCHEMA}.image) AS own",
        instead={"images": "own.total", "unplaced": "0"},
    ),
}
"""In the order in which they build on each other."""

_EMPTY: Final = (
    *(
        "audit",
        "batch",
        "clock_confirmation",
        "clock_fix",
        "deletion",
        "deployment_move",
        "dump",
        "dump_move",
        "file",
    ),
    *(
        "image_move",
        "job",
        "map_spot",
        "mark",
        "property_map",
        "person",
        "relocation",
        "scene_change",
        "scene_memory",
        "session",
        "sign_in_link",
        "source",
        "token",
    ),
)
"""Tables of which a guest sees nothing, but whose ids, and filters that ask for them, are answered as if they were
empty."""

_PICTURES: Final = (
    f"CREATE VIEW {SCHEMA}.picture AS SELECT image.id, image.sha256, image.original_path"
    f" FROM public.image JOIN {SCHEMA}.image AS seen ON seen.id = image.id"
)
"""What a guest's picture is made of: read by `guest_pictures` alone."""

_COLUMNS: Final = """
SELECT relname AS table, attname AS column, format_type(atttypid, atttypmod) AS type
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relname = ANY($1) AND attnum > 0 AND NOT attisdropped
ORDER BY relname, attnum
"""
_MAY_NOT: Final = (
    "THUMPER_DATABASE_URL: its user may not make a schema in this database, which Thumper needs for what guests see."
    " Let the owner of the database run GRANT CREATE ON DATABASE … TO …, or name the owner in the address."
)
_MADE_BY: Final = "SELECT obj_description(to_regnamespace($1), 'pg_namespace') AS made_by"


async def ensure(transaction: BaseDBAsyncClient) -> bool:
    """Make the views unless they are as this program makes them; return whether they were made.

    Raises `SettingError` if the database does not let its user make a schema.
    """
    statements = await _statements(transaction)
    made_by = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    there = await transaction.execute_query_dict(_MADE_BY, [SCHEMA])
    if there[0]["made_by"] == made_by:
        return False
    try:
        for statement in (DROP, *statements, f"COMMENT ON SCHEMA {SCHEMA} IS '{made_by}'"):
            await transaction.execute_script(statement)
    except OperationalError as error:
        if isinstance(error.__cause__, asyncpg.InsufficientPrivilegeError):
            raise SettingError(_MAY_NOT) from error
        raise
    return True


async def _statements(connection: BaseDBAsyncClient) -> list[str]:
    """Return what makes the schema, with a column for each of the tables."""
    columns: dict[str, dict[str, str]] = {name: {} for name in (*_VIEWS, *_EMPTY)}
    for row in await connection.execute_query_dict(_COLUMNS, [list(columns)]):
        columns[row["table"]][row["column"]] = row["type"]
    return [
        f"CREATE SCHEMA {SCHEMA}",
        *(_view(name, columns[name], view) for name, view in _VIEWS.items()),
        *(_view(name, columns[name], _View(rows=f"public.{name} WHERE FALSE")) for name in _EMPTY),
        _PICTURES,
    ]


def _view(table: str, columns: Mapping[str, str], view: _View) -> str:
    shown = view.shown.split()
    if missing := {*shown, *view.instead} - columns.keys():
        raise AssertionError(f"{table} has no column {', '.join(sorted(missing))}")
    values = {name: f"({view.instead.get(name, 'NULL')})::{kind}" for name, kind in columns.items()}
    values |= {name: f"{table}.{name}" for name in shown}
    selected = ", ".join(f"{value} AS {name}" for name, value in values.items())
    return f"CREATE VIEW {SCHEMA}.{table} AS SELECT {selected} FROM {view.rows}"
