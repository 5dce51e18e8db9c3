"""Images of dumps that have no location: how many, of which cameras, and which places are proposed for them.

Counted are the images that a dump was the first to deliver; one index holds exactly these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from thumper.cameras.card_folders import folder_place
from thumper.domain.card_folder import FolderPlace
from thumper.domain.place_proposal import CameraPhotos, KnownPlace, PlaceProposal, proposals
from thumper.store.places import similar_locations
from thumper.store.postgres.connect import client

MOST_CAMERAS: Final = 100
"""Cameras listed of one dump, those with the most photos first."""

MOST_KNOWN: Final = 100
"""Earlier dumps listed of one dump, those with the most photos first."""


@dataclass(frozen=True, slots=True)
class UnplacedCamera:
    """The photos without a location that one camera took, and where they may be from."""

    camera_id: UUID | None
    images: int
    proposals: tuple[PlaceProposal, ...]


async def counts(dump_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images without a location of each dump."""
    rows = await client().execute_query_dict(
        "SELECT dump_id, count(*) AS images FROM image"
        " WHERE location_id IS NULL AND dump_id = ANY($1::uuid[]) GROUP BY dump_id",
        [list(dump_ids)],
    )
    return dict.fromkeys(dump_ids, 0) | {row["dump_id"]: row["images"] for row in rows}


# Only a camera that says which one it is was somewhere last: its latest stay that lasts, else the one that ended last.
_CAMERAS: Final = """
SELECT own.*, CASE source.kind WHEN 'drop' THEN dump.folder END AS folder, coalesce(camera.name, '') AS own_name,
    stay.location_id, stay.name AS location_name
FROM (
    SELECT dump_id, camera_id, count(*) AS images,
        row_number() OVER (PARTITION BY dump_id ORDER BY count(*) DESC, camera_id) AS place
    FROM image WHERE location_id IS NULL AND dump_id = ANY($1::uuid[]) GROUP BY dump_id, camera_id
) AS own
JOIN dump ON dump.id = own.dump_id
JOIN source ON source.id = dump.source_id
LEFT JOIN camera ON camera.id = own.camera_id
LEFT JOIN LATERAL (
    SELECT deployment.location_id, location.name FROM deployment JOIN location ON location.id = deployment.location_id
    WHERE deployment.camera_id = camera.id AND (camera.serial <> '' OR camera.name <> '')
    ORDER BY deployment.ended_at DESC NULLS FIRST, deployment.created_at DESC, deployment.id DESC LIMIT 1
) AS stay ON TRUE
WHERE place <= $2 ORDER BY own.dump_id, place
"""


async def cameras(dump_ids: Sequence[UUID]) -> dict[UUID, list[UnplacedCamera]]:
    """Return the cameras that took the images without a location of each dump, with the places that are proposed."""
    rows = await client().execute_query_dict(_CAMERAS, [list(dump_ids), MOST_CAMERAS])
    known = await similar_locations.known_places() if rows else []
    found: dict[UUID, list[UnplacedCamera]] = {dump_id: [] for dump_id in dump_ids}
    for row in rows:
        found[row["dump_id"]].append(_camera(row, known))
    return found


def _camera(row: dict[str, Any], known: Sequence[KnownPlace]) -> UnplacedCamera:
    named = folder_place(bytes(row["folder"] or b""))
    last = None if row["location_id"] is None else KnownPlace(row["location_id"], row["location_name"])
    photos = CameraPhotos(
        camera_id=row["camera_id"], images=row["images"], own_name=row["own_name"], last=last
    )
    return UnplacedCamera(
        photos.camera_id,
        photos.images,
        proposals(photos, folder=None if named is None else _meant(named), known=known),
    )


def _meant(named: FolderPlace) -> str:
    """Return what the name of a folder may say of the place though it made none."""
    return named.name if named.undated is None else named.undated


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """Duplicates of a dump whose images have a place: took it from this dump, or have another one than it."""

    placed: int = 0
    elsewhere: int = 0


# An image whose place was changed since is no longer counted as placed by the dump.
_BEFORE: Final = """
SELECT file.dump_id,
    count(*) FILTER (WHERE file.placed AND image.location_id = dump.location_id) AS placed,
    count(*) FILTER (WHERE image.location_id <> dump.location_id) AS elsewhere
FROM file JOIN dump ON dump.id = file.dump_id JOIN image ON image.id = file.image_id
WHERE file.dump_id = ANY($1::uuid[]) AND file.state = 'duplicate' AND dump.location_id IS NOT NULL
GROUP BY file.dump_id
"""


async def known_before(dump_ids: Sequence[UUID]) -> dict[UUID, KnownBefore]:
    """Count the duplicates of each dump whose images took its place, and those that are from another one."""
    rows = await client().execute_query_dict(_BEFORE, [list(dump_ids)])
    return {row.pop("dump_id"): KnownBefore(**row) for row in rows}


@dataclass(frozen=True, slots=True)
class KnownUnplaced:
    """Images without a location that another dump was the first to deliver."""

    dump_id: UUID
    """The one that was."""
    images: int


_KNOWN: Final = """
SELECT file.dump_id AS of_dump, image.dump_id, count(DISTINCT image.id) AS images
FROM file JOIN image ON image.id = file.image_id AND image.location_id IS NULL AND image.dump_id <> file.dump_id
WHERE file.dump_id = ANY($1::uuid[]) AND file.state = 'duplicate'
GROUP BY file.dump_id, image.dump_id ORDER BY images DESC, image.dump_id
"""


async def known(dump_ids: Sequence[UUID]) -> dict[UUID, list[KnownUnplaced]]:
    """Return what has no location among the images of each dump's duplicates, by the dump that brought them first."""
    found: dict[UUID, list[KnownUnplaced]] = {dump_id: [] for dump_id in dump_ids}
    for row in await client().execute_query_dict(_KNOWN, [list(dump_ids)]):
        of_dump = found[row["of_dump"]]
        if len(of_dump) < MOST_KNOWN:
            of_dump.append(KnownUnplaced(row["dump_id"], row["images"]))
    return found


# Later dumps of a place do not ask again: who kept it meant it.
_FIRST: Final = """
SELECT dump.id AS dump_id, dump.location_id FROM dump
WHERE dump.id = ANY($1::uuid[]) AND dump.location_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM dump AS earlier WHERE earlier.location_id = dump.location_id AND earlier.id < dump.id
)
"""


async def mistyped(dump_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Return the older locations that the place of each dump may be a slip of, for the first dump from a place."""
    rows = await client().execute_query_dict(_FIRST, [list(dump_ids)])
    similar = await similar_locations.similar({row["location_id"] for row in rows}, older=True)
    return {row["dump_id"]: similar[row["location_id"]] for row in rows}
