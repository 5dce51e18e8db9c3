"""Repairs of camera clocks: appended, taken back, never changed."""

from __future__ import annotations

import datetime as dt

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import WallClockField, created_column, id_column


class ClockFix(Model):
    """One person's correction of a clock; of those that cover an image, the latest that was not taken back counts.

    It covers the images that a dump was the first to deliver, or those of a deployment, also the ones still
    to come. Exactly one of both is set (see migrations). A clock that went wrong in the middle of a card is
    repaired from there: what it showed for the images that are covered then lies between two bounds.
    """

    id = id_column()
    dump_id = fields.UUIDField(null=True)
    """Foreign key in the migrations."""
    deployment_id = fields.UUIDField(null=True)
    """Foreign key in the migrations."""
    offset_s = fields.IntField()
    """Seconds to add to what the camera's clock showed."""
    shown_from: dt.datetime | None = WallClockField(null=True)
    """Earliest reading that is covered; null for no bound."""
    shown_until: dt.datetime | None = WallClockField(null=True)
    """Latest reading that is covered; null for no bound."""
    note = fields.TextField(default="")
    created_at = created_column()
    undone_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "clock_fix"
        indexes = (("dump_id",), ("deployment_id",))
