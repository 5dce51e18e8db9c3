"""A set of images that a user sent to detection together."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from thumper.domain.progress import BatchKind
from thumper.store.models.columns import created_column, id_column


class Batch(Model):
    """One request to detect or retry; its progress is the count of its jobs by state."""

    id = id_column()
    kind = fields.CharEnumField(BatchKind, max_length=8)
    created_at = created_column()

    class Meta:
        table = "batch"
