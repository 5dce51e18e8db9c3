"""A device that takes photos."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class Camera(Model):
    """What a device writes of itself into its photos; an empty string where it writes nothing."""

    id = id_column()
    make = fields.CharField(max_length=200, default="")
    model = fields.CharField(max_length=200, default="")
    serial = fields.CharField(max_length=200, default="")
    name = fields.CharField(max_length=200, default="")
    """The name that the user gave the device in its own menu, when photos carry it."""
    created_at = created_column()

    class Meta:
        table = "camera"
        unique_together = (("make", "model", "serial", "name"),)
