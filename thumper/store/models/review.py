"""A person's verdict on a detection, appended and never overwritten."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.detection import Detection


class Review(Model):
    """One verdict; the latest that was not taken back counts and is copied onto the detection."""

    id = id_column()
    detection: fields.ForeignKeyRelation[Detection] = fields.ForeignKeyField(
        "thumper.Detection", related_name="reviews", on_delete=fields.RESTRICT
    )
    detection_id: UUID
    verdict = fields.CharEnumField(ReviewVerdict, max_length=12)
    species = fields.CharField(max_length=200, null=True)
    sex = fields.CharEnumField(Sex, max_length=8, null=True)
    life_stage = fields.CharEnumField(LifeStage, max_length=12, null=True)
    note = fields.TextField(default="")
    actor = fields.CharField(max_length=200)
    created_at = created_column()
    undone_at: dt.datetime | None = fields.DatetimeField(null=True)
    """When it was taken back; the word before it stands again."""
    undone_by = fields.CharField(max_length=200, null=True)
    mark_id: UUID | None = fields.UUIDField(null=True)
    """The word on the whole image with which it came, and with which it is taken back."""

    class Meta:
        table = "review"
        indexes = (("detection_id", "id"), ("created_at", "id"))
