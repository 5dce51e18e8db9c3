"""Looking deployments up: those of a camera, those at a location, and what each has taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.store.models import Deployment
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Key, KeyKind, Listing, whole_table
from thumper.store.postgres.search import Search, sort, where

OF_CAMERA: Final = Listing(
    model=Deployment, alias="deployment", source="deployment", parent="deployment.camera_id"
)
OF_LOCATION: Final = Listing(
    model=Deployment, alias="deployment", source="deployment", parent="deployment.location_id"
)
OPENED: Final = sort(
    "OPENED",
    "When its first photo arrived.",
    (Key("deployment.created_at", KeyKind.TIME), Key("deployment.id", KeyKind.ID)),
    names=("opened-oldest", "opened-newest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSearch(Search[Deployment]):
    """Which deployments; every field that is given must hold, an empty filter means all."""

    listing = whole_table(Deployment)
    sorts = (OPENED,)
    descending = True

    location_id: UUID | None = where("At this location.", "deployment.location_id = {}")
    camera_id: UUID | None = where("Of this camera.", "deployment.camera_id = {}")
    present: bool | None = where(
        "Whether the camera is there now: whether the deployment has no end.",
        "deployment.ended_at IS NULL",
        otherwise="deployment.ended_at IS NOT NULL",
    )
    opened_after: dt.datetime | None = where(
        "Whose first photo arrived at this instant or later.", "deployment.created_at >= {}"
    )
    opened_before: dt.datetime | None = where(
        "Whose first photo arrived before this instant.", "deployment.created_at < {}"
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
