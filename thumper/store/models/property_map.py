"""Pictures of the property, and where locations are on them."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column
from thumper.store.models.location import Location


class PropertyMap(Model):
    """A picture of the property, such as an aerial photo; kept in the database, so that every backup holds it."""

    id = id_column()
    name = fields.CharField(max_length=200)
    """Unique whatever its case (see migrations)."""
    width_px = fields.IntField()
    height_px = fields.IntField()
    picture = fields.BinaryField()
    """A JPEG that Thumper made of what was sent: upright, without EXIF."""
    sha256 = fields.BinaryField()
    """Of the picture as it is kept, 32 bytes."""
    created_at = created_column()

    class Meta:
        table = "property_map"


class MapSpot(Model):
    """Where a location is on a map, in fractions of its width and height, from the top left corner."""

    number = fields.BigIntField(primary_key=True, generated=True)
    map: fields.ForeignKeyRelation[PropertyMap] = fields.ForeignKeyField(
        "thumper.PropertyMap", related_name="spots", on_delete=fields.CASCADE
    )
    map_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "thumper.Location", related_name="spots", on_delete=fields.CASCADE
    )
    location_id: UUID
    x = fields.FloatField()
    y = fields.FloatField()

    class Meta:
        table = "map_spot"
        unique_together = (("map_id", "location_id"),)
        indexes = (("location_id",),)
