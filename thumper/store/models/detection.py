"""What a detector saw: one run per image and detector, and its boxes; and boxes that people drew."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.detector import Detector
from thumper.store.models.image import Image


class DetectionRun(Model):
    """One finished look of one detector at one image."""

    id = id_column()
    image: fields.ForeignKeyRelation[Image] = fields.ForeignKeyField(
        "thumper.Image", related_name="runs", on_delete=fields.CASCADE
    )
    image_id: UUID
    detector: fields.ForeignKeyRelation[Detector] = fields.ForeignKeyField(
        "thumper.Detector", related_name="runs", on_delete=fields.RESTRICT
    )
    detector_id: UUID
    device = fields.CharField(max_length=64)
    engine = fields.CharField(max_length=64)
    duration_ms = fields.FloatField()
    """Time in the model for this image."""
    finished_at = created_column()

    class Meta:
        table = "detection_run"
        unique_together = (("image_id", "detector_id"),)


class Detection(Model):
    """One box. Fractions of the upright image, origin top left: x, y, width, height."""

    id = id_column()
    run: fields.ForeignKeyRelation[DetectionRun] = fields.ForeignKeyField(
        "thumper.DetectionRun", related_name="detections", on_delete=fields.CASCADE
    )
    run_id: UUID
    ordinal = fields.SmallIntField()
    """0 for the most confident box of the run."""
    image: fields.ForeignKeyRelation[Image] = fields.ForeignKeyField(
        "thumper.Image", related_name="detections", on_delete=fields.CASCADE
    )
    image_id: UUID
    detector: fields.ForeignKeyRelation[Detector] = fields.ForeignKeyField(
        "thumper.Detector", related_name="detections", on_delete=fields.RESTRICT
    )
    detector_id: UUID
    label = fields.CharField(max_length=200)
    """The model's own word, never changed; of a drawn box the person's, or empty."""
    confidence = fields.FloatField()
    """1 for a box that a person drew: it is a person's word."""
    x = fields.FloatField()
    y = fields.FloatField()
    width = fields.FloatField()
    height = fields.FloatField()
    shown = fields.BooleanField()
    """Whether its class is shown and its confidence reaches the threshold of its class, or a person has confirmed or
    corrected it."""
    duplicate_of = fields.SmallIntField(null=True)
    """Ordinal of the more confident box of the same image that it overlaps (IoU > 0.5)."""
    # The present meaning: the class map's meaning of the label, or a person's latest correction.
    species = fields.CharField(max_length=200, null=True)
    sex = fields.CharEnumField(Sex, max_length=8, default=Sex.UNKNOWN)
    life_stage = fields.CharEnumField(LifeStage, max_length=12, default=LifeStage.UNKNOWN)
    corrected_label = fields.CharField(max_length=200, null=True)
    """What it is called after the correction that stands; null while it is what the model said."""
    verdict = fields.CharEnumField(ReviewVerdict, max_length=12, null=True)
    """The latest review; null before the first."""
    drawn_by = fields.CharField(max_length=200, null=True)
    """The person who drew it; null for a box of a model. Its detector is the one of the people."""
    removed_at: dt.datetime | None = fields.DatetimeField(null=True)
    """When a drawn box was removed; it is not shown then."""
    removed_by = fields.CharField(max_length=200, null=True)
    # A plain column: PostgreSQL would look for what refers to each box that is deleted.
    repeats_id: UUID | None = fields.UUIDField(null=True)
    """The drawn box that this box of a model overlaps (IoU > 0.5), most likely the same animal."""

    class Meta:
        table = "detection"
        unique_together = (("run_id", "ordinal"), ("id", "image_id", "detector_id"))
        indexes = (("image_id", "detector_id"),)
