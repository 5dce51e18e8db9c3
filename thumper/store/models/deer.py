"""Known individuals and when they were seen."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.domain.animal import DeerStatus
from thumper.domain.label import Sex
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.detection import Detection


class Deer(Model):
    """A known individual. Everything seen of it is derived from its sightings."""

    id = id_column()
    name = fields.CharField(max_length=200)
    """Unique whatever its case (see migrations)."""
    sex = fields.CharEnumField(Sex, max_length=8, default=Sex.UNKNOWN)
    status = fields.CharEnumField(DeerStatus, max_length=12, default=DeerStatus.ALIVE)
    notes = fields.TextField(default="")
    created_at = created_column()

    class Meta:
        table = "deer"


class Sighting(Model):
    """What follows from a decision IS that stands. Two boxes of one image are never one deer (unique)."""

    id = id_column()
    """That of the decision by which it came to be (foreign key, see migrations)."""
    detection: fields.OneToOneRelation[Detection] = fields.OneToOneField(
        "thumper.Detection", related_name="sighting", on_delete=fields.RESTRICT
    )
    detection_id: UUID
    # With detection_id these two form a composite foreign key (see migrations).
    image_id = fields.UUIDField()
    detector_id = fields.UUIDField()
    deer: fields.ForeignKeyRelation[Deer] = fields.ForeignKeyField(
        "thumper.Deer", related_name="sightings", on_delete=fields.RESTRICT
    )
    deer_id: UUID
    actor = fields.CharField(max_length=200)
    created_at = created_column()

    class Meta:
        table = "sighting"
        unique_together = (("image_id", "detector_id", "deer_id"),)
        indexes = (("deer_id",),)
