"""What people said of whole images: appended, taken back, never changed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.domain.mark import MarkKind
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.image import Image


class Mark(Model):
    """One person's star, tag, note, or word that no animal is on an image; of each but tags one stands at a time."""

    id = id_column()
    image: fields.ForeignKeyRelation[Image] = fields.ForeignKeyField(
        "thumper.Image", related_name="marks", on_delete=fields.CASCADE
    )
    image_id: UUID
    kind = fields.CharEnumField(MarkKind, max_length=8)
    text = fields.TextField(default="")
    """The tag or the note; empty for the others."""
    actor = fields.CharField(max_length=200)
    created_at = created_column()
    undone_at: dt.datetime | None = fields.DatetimeField(null=True)
    undone_by = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "mark"
