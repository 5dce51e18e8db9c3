"""Photos of the library on which a faster precision of a model is compared with the reference."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from thumper.domain.agreement import REFERENCE_CONFIDENCE
from thumper.store.connect import client

MOST: Final = 2000
"""Photos that are looked at, at most: in so many some hundred animals are found, or hardly any ever."""

_WITH_BOXES: Final = """
SELECT original_path FROM image WHERE processed_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM detection WHERE image_id = image.id AND confidence > $1)
ORDER BY processed_at DESC, id DESC LIMIT $2
"""
_OTHERS: Final = """
SELECT original_path FROM image WHERE NOT EXISTS (SELECT 1 FROM detection_run WHERE image_id = image.id)
ORDER BY id DESC LIMIT $1
"""


async def specimens() -> list[Path]:
    """Give the newest photos in which something was found, then those that nobody has looked at; `MOST` in all."""
    rows = await client().execute_query_dict(_WITH_BOXES, [REFERENCE_CONFIDENCE, MOST])
    rows += await client().execute_query_dict(_OTHERS, [MOST - len(rows)])
    return [Path(os.fsdecode(row["original_path"])) for row in rows]
