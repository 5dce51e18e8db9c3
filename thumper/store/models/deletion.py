"""Images that people deleted: appended, taken back, never changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class Deletion(Model):
    """One image that a person deleted. While it stands, its bytes are not taken in again.

    It keeps nothing by which the photo could be seen or its place be known.
    """

    id = id_column()
    sha256 = fields.BinaryField()
    """32 bytes; unique among those that stand (see migrations)."""
    note = fields.TextField(default="")
    arrived: Any = fields.JSONField(null=True)
    """As in `Image`: what was there of an incomplete photo, as lengths and a hash; null for a whole one."""
    created_at: dt.datetime = created_column()
    undone_at: dt.datetime | None = fields.DatetimeField(null=True)
    erased_at: dt.datetime | None = fields.DatetimeField(null=True)
    """When its pictures were found gone from the library so late that nothing can have written them again."""

    class Meta:
        table = "deletion"
