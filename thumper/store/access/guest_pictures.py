"""What is needed to make the picture of an image for a guest; nothing for an image that they may not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.store.postgres.connect import client
from thumper.store.postgres.guest_pool import as_guest


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSource:
    """Where the original of an image lies, and the hash of its bytes."""

    sha256: bytes
    original_path: bytes


_FIND: Final = "SELECT sha256, original_path FROM picture WHERE id = $1"


async def find(image_id: UUID) -> PictureSource | None:
    """Return the source of an image that guests may see."""
    with as_guest():
        rows = await client().execute_query_dict(_FIND, [image_id])
    return PictureSource(**rows[0]) if rows else None
