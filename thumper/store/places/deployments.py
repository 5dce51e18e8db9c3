"""Looking deployments up: those of a camera, those at a location, and what each has taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.store.models import Deployment
from thumper.store.postgres.connect import client
from thumper.store.postgres.grouped_count import count_by
from thumper.store.postgres.page import Key, KeyKind, Listing, Order

OF_CAMERA: Final = Listing(
    model=Deployment, alias="deployment", source="deployment", parent="deployment.camera_id"
)
OF_LOCATION: Final = Listing(
    model=Deployment, alias="deployment", source="deployment", parent="deployment.location_id"
)
OPENED_NEWEST: Final = Order(
    "opened-newest",
    (Key("deployment.created_at", KeyKind.TIME), Key("deployment.id", KeyKind.ID)),
    descending=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFigures:
    """How many images a deployment has, and the first and last capture time among them."""

    images: int = 0
    first_taken_at: dt.datetime | None = None
    last_taken_at: dt.datetime | None = None


async def figures(deployment_ids: Sequence[UUID]) -> dict[UUID, DeploymentFigures]:
    """Return the figures of each deployment."""
    rows = await client().execute_query_dict(
        """
        SELECT deployment_id, count(*) AS images, min(taken_at) AS first_taken_at, max(taken_at) AS last_taken_at
        FROM image WHERE deployment_id = ANY($1::uuid[]) GROUP BY deployment_id
        """,
        [list(deployment_ids)],
    )
    found = {row.pop("deployment_id"): DeploymentFigures(**row) for row in rows}
    return {uuid: found.get(uuid, DeploymentFigures()) for uuid in deployment_ids}


async def camera_counts(camera_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the deployments of each camera."""
    return await count_by("deployment", "camera_id", camera_ids)


async def location_counts(location_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the deployments at each location."""
    return await count_by("deployment", "location_id", location_ids)
