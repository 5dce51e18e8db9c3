"""A model file that made detections."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class Detector(Model):
    """One model file, known by its hash. Class numbers and meanings are data."""

    id = id_column()
    sha256 = fields.BinaryField()
    """32 bytes; unique (see migrations)."""
    name = fields.CharField(max_length=200)
    labels: Any = fields.JSONField(null=True)
    """Label texts by class number; null until a worker has loaded the file."""
    class_map: Any = fields.JSONField(default=dict)
    """`ClassMap.to_json()`: what the labels mean."""
    proof: Any = fields.JSONField(null=True)
    """The boxes that it found in the drawn proof scene when it was added; null until a worker has looked."""
    current = fields.BooleanField(default=False)
    """Whether its boxes are the ones shown; true for one detector at most (see migrations)."""
    created_at = created_column()

    class Meta:
        table = "detector"
