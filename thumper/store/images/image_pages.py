"""Images of one record, such as a location: read and counted for all records of a page in one statement.

Which records have images, and by what, is listed here, also for nouns that know more of images than these of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from thumper.store.images.images import IMAGES, TAKEN
from thumper.store.models import Image
from thumper.store.postgres.page import Listing

_OF_DEER: Final = (
    "image JOIN (SELECT DISTINCT deer_id, image_id FROM sighting) AS seen ON seen.image_id = image.id"
)
"""Each image once, also one on which two detectors drew the same deer."""

_NEWEST: Final = frozenset({TAKEN.descending.name})
"""What the indexes of `image` by location, camera and deployment are for."""

IMAGES_OF: Final[Mapping[str, Listing[Image]]] = {
    "Location": replace(IMAGES, parent="image.location_id", indexed=_NEWEST),
    "Camera": replace(IMAGES, parent="image.camera_id", indexed=_NEWEST),
    "Deployment": replace(IMAGES, parent="image.deployment_id", indexed=_NEWEST),
    "Dump": replace(IMAGES, parent="image.dump_id"),
    "Deer": replace(IMAGES, source=_OF_DEER, parent="seen.deer_id"),
}
"""Listings of images by the records that have them."""
