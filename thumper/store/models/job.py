"""The queue of record: one detector's work on one image."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from thumper.domain.progress import ImageState
from thumper.store.models.batch import Batch
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.detector import Detector
from thumper.store.models.image import Image


class Job(Model):
    """Image x detector with its lease. Only `thumper.store.queue` writes it."""

    id = id_column()
    image: fields.ForeignKeyRelation[Image] = fields.ForeignKeyField(
        "thumper.Image", related_name="jobs", on_delete=fields.CASCADE
    )
    detector: fields.ForeignKeyRelation[Detector] = fields.ForeignKeyField(
        "thumper.Detector", related_name="jobs", on_delete=fields.RESTRICT
    )
    batch: fields.ForeignKeyNullableRelation[Batch] = fields.ForeignKeyField(
        "thumper.Batch", related_name="jobs", null=True, on_delete=fields.SET_NULL
    )
    state = fields.CharEnumField(ImageState, max_length=12, default=ImageState.PENDING)
    held = fields.BooleanField(default=False)
    """Waits until detection is asked for (uploads without immediate detection)."""
    alone = fields.BooleanField(default=False)
    """Must run by itself: a worker died while it held the job."""
    claimed_alone = fields.BooleanField(default=False)
    begun_at = fields.DatetimeField(null=True)
    """When decoding began under the present claim."""
    attempts = fields.IntField(default=0)
    crash_count = fields.IntField(default=0)
    lease_token = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)
    not_before = created_column()
    queued_at = created_column()
    claimed_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    error_code = fields.CharField(max_length=32, null=True)
    error = fields.TextField(null=True)

    class Meta:
        table = "job"
        unique_together = (("image_id", "detector_id"),)
        indexes = (("batch_id", "state"),)
