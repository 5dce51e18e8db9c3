"""On how many images each species is, of those that a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.store.images.detections import COUNTED
from thumper.store.images.images import ImageSearch
from thumper.store.postgres.connect import client

MOST_SPECIES: Final = 100
"""Species of one answer; those of the model, and what people listed on a ranch, are far fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeciesCount:
    """The images on which a species is; its scientific name as one of its boxes has it."""

    name: str
    image_count: int
    latest_image_id: UUID


_COUNT: Final = """
SELECT min(detection.species) AS name, count(DISTINCT image.id) AS image_count,
    (array_agg(image.id ORDER BY image.sort_at DESC, image.sort_name DESC, image.id DESC))[1] AS latest_image_id
FROM detection JOIN image ON image.id = detection.image_id
WHERE {conditions} AND {boxes} AND detection.species IS NOT NULL
GROUP BY lower(detection.species) ORDER BY image_count DESC, lower(min(detection.species)) LIMIT {most}
"""


async def count_species(search: ImageSearch) -> list[SpeciesCount]:
    """Return the species on the images that are found, that with most images first.

    A box counts as in the search, whose species, sex, life stage and confidence it must have itself: so each number is
    that of the images which the same search finds with this species.
    """
    held = await search.prepared()
    boxes = search.boxes(held, f"detection.detector_id = ANY({COUNTED})")
    sql = _COUNT.format(conditions=held.sql, boxes=boxes, most=held.hold(MOST_SPECIES))
    return [SpeciesCount(**row) for row in await client().execute_query_dict(sql, held.values)]
