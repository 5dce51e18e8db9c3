"""A camera at a location, and the repairs of clocks."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.camera import Camera
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.location import Location


class Deployment(Model):
    """A stay of a camera at a location: opened by the first photo from there, until one comes from elsewhere."""

    id = id_column()
    camera: fields.ForeignKeyRelation[Camera] = fields.ForeignKeyField(
        "thumper.Camera", related_name="deployments", on_delete=fields.RESTRICT
    )
    camera_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "thumper.Location", related_name="deployments", on_delete=fields.RESTRICT
    )
    location_id: UUID
    created_at = created_column()
    ended_at: dt.datetime | None = fields.DatetimeField(null=True)
    """When a photo of the camera arrived from elsewhere; null while present.

    A camera that identifies itself (serial number or name) has at most one deployment without an end; photos that name
    only make and model may be of several cameras, and have one at each of their places, which never ends.
    """

    class Meta:
        table = "deployment"
        indexes = (("camera_id", "created_at"), ("location_id",))
