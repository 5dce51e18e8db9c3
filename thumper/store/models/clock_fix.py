"""Repairs of camera clocks: appended, taken back, never changed."""

from __future__ import annotations

import datetime as dt

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class ClockFix(Model):
    """One person's word on how wrong a clock was; of those that cover an image the latest that stands counts.

    It covers the images that a dump was the first to deliver, or those of a deployment, also the ones still
    to come. Exactly one of both is set (see migrations).
    """

    id = id_column()
    dump_id = fields.UUIDField(null=True)
    """Foreign key in the migrations."""
    deployment_id = fields.UUIDField(null=True)
    """Foreign key in the migrations."""
    offset_s = fields.IntField()
    """Seconds to add to what the camera's clock showed."""
    note = fields.TextField(default="")
    created_at = created_column()
    undone_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "clock_fix"
        indexes = (("dump_id",), ("deployment_id",))
