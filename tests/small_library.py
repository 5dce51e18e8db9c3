"""Some of everything in a database, for questions about all of it."""

from __future__ import annotations

from typing import Any, TypeAlias

from tests import factories as make
from thumper.domain.animal import ReviewVerdict
from thumper.domain.progress import FileState
from thumper.graphql.relay.identity import encode
from thumper.store import models

Ids: TypeAlias = dict[str, list[str]]
"""The ids that exist, by type."""


async def small_library() -> Ids:
    """Make some of everything, no list without pages longer than is usual; return the ids by type."""
    detector = await make.make_detector()
    dumps, images, deer, stays = [], [], [], []
    places = [await make.make_location() for _ in range(3)]
    for place in places:
        camera = await make.make_camera(serial=place.name)
        stay = await models.Deployment.create(camera=camera, location=place)
        dump = await make.make_dump(place)
        animal = await make.make_deer()
        for number in range(8):
            image, boxes = await make.make_boxed_image(
                dump, detector, boxes=number % 4, location=place, camera=camera, deployment=stay
            )
            await make.make_file(dump, FileState.STORED, image=image)
            images.append(image)
            if boxes:
                await make.make_sighting(boxes[0], animal)
                await models.Review.create(detection=boxes[0], verdict=ReviewVerdict.CONFIRMED, actor="test")
        await make.make_file(dump, FileState.REJECTED)
        await models.ClockFix.create(dump_id=dump.id, offset_s=60)
        dumps.append(dump)
        deer.append(animal)
        stays.append(stay)
    rows: list[Any] = [*dumps, *images, *deer, *stays, *places, detector, *await models.Detection.all()]
    ids: Ids = {}
    for row in rows:
        ids.setdefault(type(row).__name__, []).append(encode(type(row).__name__, row.id))
    return ids
