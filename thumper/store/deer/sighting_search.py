"""Looking sightings up, of all deer together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from thumper.store.deer.known_deer import SIGHTINGS
from thumper.store.images.detections import CAPTURE_ORDER, TAKEN_AFTER, TAKEN_BEFORE, UNTIMED
from thumper.store.models import Sighting
from thumper.store.postgres.page import Key, KeyKind
from thumper.store.postgres.search import Search, sort, where

_ID = Key("sighting.id", KeyKind.ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingSearch(Search[Sighting]):
    """Which sightings; every field that is given must hold, an empty filter means all."""

    listing = SIGHTINGS
    sorts = (
        sort(
            "TAKEN",
            "Capture time of the image, then as images are ordered; images without one come last in either direction.",
            (*CAPTURE_ORDER, _ID),
            names=("sighted-oldest", "sighted-newest"),
            absent=UNTIMED,
        ),
        sort(
            "CREATED",
            "When it was said.",
            (Key("sighting.created_at", KeyKind.TIME), _ID),
            names=("created-oldest", "created-newest"),
        ),
    )
    descending = True

    deer_id: UUID | None = where("Of this deer.", "sighting.deer_id = {}")
    image_id: UUID | None = where("On this image.", "sighting.image_id = {}")
    location_id: UUID | None = where("On an image taken at this location.", "image.location_id = {}")
    taken_after: dt.datetime | None = where("On an image taken at this instant or later.", TAKEN_AFTER)
    taken_before: dt.datetime | None = where("On an image taken before this instant.", TAKEN_BEFORE)
    created_after: dt.datetime | None = where("Said at this instant or later.", "sighting.created_at >= {}")
    created_before: dt.datetime | None = where("Said before this instant.", "sighting.created_at < {}")
