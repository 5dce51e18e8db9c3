"""A place where cameras hang."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class Location(Model):
    """A place with a unique name (whatever its case); without coordinates it is still to be placed."""

    id = id_column()
    name = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    time_zone = fields.CharField(max_length=64, null=True)
    active = fields.BooleanField(default=True)
    shared = fields.BooleanField(db_default=False)
    """Whether guests may see it; the default stands in the database, too, for locations that folders make."""
    merged_into_id: UUID | None = fields.UUIDField(null=True)
    """The location of which this one is another name now; null for one that is a place of its own."""
    created_at = created_column()

    class Meta:
        table = "location"
