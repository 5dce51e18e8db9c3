"""Photos of cameras at places as they are recorded when they arrive, and all that changes of places may write."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from uuid import UUID

from tortoise.transactions import in_transaction

from tests.clocks import ZONE, make_clocked
from thumper.store import models
from thumper.store.places import deployment_rows, locations
from thumper.store.places.deployment_rows import CameraStay
from thumper.store.postgres.connect import client
from thumper.store.times.recompute import ImageScope, Recomputation

TABLES: Final = ("location", "camera", "deployment", "dump", "image", "clock_fix")


async def deliver(
    dump: models.Dump,
    camera: models.Camera | None,
    *,
    at: models.Location | None,
    photos: int = 2,
    **values: Any,
) -> list[models.Image]:
    """Record photos of a camera, a minute apart, with the stay that they belong to."""
    stay = None if camera is None or at is None else await join(camera, at, dump)
    zone = ZONE if at is None or at.time_zone is None else type(ZONE)(at.time_zone)
    first = dt.datetime(2024, 7, 1, 6)  # noqa: DTZ001  # what a clock showed
    return [
        await make_clocked(
            dump,
            first + dt.timedelta(minutes=number),
            zone=zone,
            camera=camera,
            location=at,
            deployment_id=stay,
            **values,
        )
        for number in range(photos)
    ]


async def join(camera: models.Camera, place: models.Location, dump: models.Dump) -> UUID:
    """Return the stay of a camera at a place, as new photos of it join or open it."""
    stay = CameraStay(camera.id, place.id, dump.id)
    async with in_transaction("default") as transaction:
        return (await deployment_rows.join(transaction, [stay]))[stay]


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of the tables that changes of places write, but for the changes themselves."""
    return {
        table: await client().execute_query_dict(f"SELECT * FROM {table} ORDER BY id") for table in TABLES
    }


async def listed() -> set[str]:
    """Return the names of the locations in lists."""
    search = locations.LocationSearch()
    found = await locations.LOCATIONS.read(
        f"SELECT {locations.LOCATIONS.columns} FROM location WHERE {search.conditions().sql}", []
    )
    return {location.name for location in found}


_BROKEN: Final = """
SELECT image.id FROM image LEFT JOIN deployment ON deployment.id = image.deployment_id
WHERE deployment.location_id IS DISTINCT FROM CASE WHEN image.camera_id IS NOT NULL THEN image.location_id END
    OR deployment.camera_id <> image.camera_id
UNION ALL
SELECT camera_id FROM deployment JOIN camera ON camera.id = camera_id
WHERE ended_at IS NULL AND serial <> '' GROUP BY camera_id HAVING count(*) > 1
UNION ALL
SELECT deployment.id FROM deployment WHERE NOT EXISTS (SELECT FROM image WHERE deployment_id = deployment.id)
    AND NOT EXISTS (SELECT FROM clock_fix WHERE deployment_id = deployment.id)
UNION ALL
SELECT location_id FROM image JOIN location ON location.id = image.location_id WHERE merged_into_id IS NOT NULL
"""


async def check() -> None:
    """Compare what the tables say of places with each other."""
    assert await client().execute_query_dict(_BROKEN) == []
    ids = [image.id for image in await models.Image.all()]
    look = Recomputation(scope=ImageScope(ids), server_zone=ZONE)
    assert (await look.preview(client())).changed == 0
