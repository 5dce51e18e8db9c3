"""Photos of the library on which a faster precision of a model is compared with the reference."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thumper.domain.agreement import REFERENCE_CONFIDENCE
from thumper.domain.precision import Precision
from thumper.store.postgres.connect import client

MOST: Final = 2000
"""Most photos of a comparison: a library without some hundred animals in 2,000 has hardly any."""
AMONG: Final = 100_000
"""Photos of a larger library among which they are chosen; going through all of it would take minutes."""

# In the order of their hashes, which is as good as random, and an index: of every camera, by night and day. Chosen by
# what fp32 found: photos in which the faster precision found something would favour it.
_CHOICE: Final = """
WITH reference AS (SELECT id FROM detector WHERE sha256 = $1 AND precision = $2),
sample AS (SELECT id, sha256, original_path FROM image ORDER BY sha256 LIMIT $3),
counted AS (
    SELECT sample.*, (SELECT count(*) FROM detection, reference
        WHERE image_id = sample.id AND detector_id = reference.id AND confidence > $4) AS boxes
    FROM sample
)
SELECT original_path, boxes FROM counted WHERE boxes > 0 OR NOT EXISTS (
    SELECT 1 FROM detection_run, reference WHERE image_id = counted.id AND detector_id = reference.id)
ORDER BY boxes = 0, sha256 LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class ComparisonPhotos:
    """Where the photos are, and how many boxes of the reference fp32 has found in them so far."""

    photos: list[Path]
    boxes: int


async def choose(sha256: bytes) -> ComparisonPhotos:
    """Return photos in which that model in fp32 found something, then those that it has not seen; `MOST` in all."""
    rows = await client().execute_query_dict(
        _CHOICE, [sha256, Precision.FP32.value, AMONG, REFERENCE_CONFIDENCE, MOST]
    )
    return ComparisonPhotos(
        photos=[Path(os.fsdecode(row["original_path"])) for row in rows],
        boxes=sum(row["boxes"] for row in rows),
    )
