"""What a message about images holds: images as they are now, and the ids of those that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import strawberry

from thumper.graphql.relay.identity import encode
from thumper.store import models

DELETED_IDS: Final = (
    "Ids of images that are gone, whatever the filter: deleted, or replaced by the whole photo."
)
"""Description of the field that holds what `deleted_ids_in` returns."""


def images_in(content: Sequence[models.Image | UUID]) -> list[models.Image]:
    """Return the images, in their order."""
    return [image for image in content if isinstance(image, models.Image)]


def deleted_ids_in(content: Sequence[models.Image | UUID]) -> list[strawberry.ID]:
    """Return the global ids of those that are gone, in their order."""
    return [encode("Image", gone) for gone in content if isinstance(gone, UUID)]
