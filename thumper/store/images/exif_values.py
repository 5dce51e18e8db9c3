"""What was kept of the EXIF of images when they were taken in, beside what has columns of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from thumper.store.postgres.connect import client


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifValues:
    """Believed values of one image; None, or empty, where the photo does not say. Its original may hold more."""

    iso: int | None
    exposure_s: float | None
    f_number: float | None
    flash_fired: bool | None
    """None too for images that were taken in before it was kept."""
    comment: str
    """EXIF UserComment, else the comment of the JPEG file."""
    description: str
    software: str
    original_path: bytes
    sha256: bytes
    size_bytes: int
    media_type: str


_READ: Final = """
SELECT id, (exif ->> 'iso')::int AS iso, (exif ->> 'exposure_s')::float8 AS exposure_s,
    (exif ->> 'f_number')::float8 AS f_number, (exif ->> 'flash_fired')::boolean AS flash_fired,
    coalesce(exif ->> 'user_comment', exif ->> 'file_comment', '') AS comment,
    coalesce(exif ->> 'description', '') AS description, coalesce(exif ->> 'software', '') AS software,
    original_path, sha256, size_bytes, media_type
FROM image WHERE id = ANY($1::uuid[]) AND exif IS NOT NULL
"""


async def of_images(image_ids: Sequence[UUID]) -> dict[UUID, ExifValues]:
    """Return the values of each image; those whose EXIF is withheld are missing from the answer."""
    rows: list[dict[str, Any]] = await client().execute_query_dict(_READ, [list(image_ids)])
    return {row.pop("id"): ExifValues(**row) for row in rows}
