"""A model file that made detections."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from thumper.domain.precision import Precision
from thumper.store.models.columns import created_column, id_column


class Detector(Model):
    """One model file in one precision, known by its hash. Class numbers and meanings are data.

    One row stands for the people who draw boxes themselves, so that each box is of one detector.
    """

    id = id_column()
    sha256 = fields.BinaryField()
    """32 bytes; unique with the precision (see migrations)."""
    precision = fields.CharEnumField(Precision, max_length=4, db_default=Precision.FP32)
    """What the model computes in."""
    name = fields.CharField(max_length=200)
    labels: Any = fields.JSONField(null=True)
    """Label texts by class number; null until a worker has loaded the file."""
    class_map: Any = fields.JSONField(default=dict)
    """`ClassMap.to_json()`: what the labels mean."""
    proof: Any = fields.JSONField(null=True)
    """The boxes that it found in the drawn proof scene when it was added; null until a worker has looked."""
    agreement: Any = fields.JSONField(null=True)
    """How far a precision other than fp32 agrees with the reference, in which engine, and when; null until compared."""
    current = fields.BooleanField(default=False)
    """Whether its boxes are the ones shown; true for one detector at most (see migrations)."""
    people = fields.BooleanField(db_default=False)
    """Whether its boxes are those that people drew; true for one row at most (see migrations), which has no file."""
    created_at = created_column()

    class Meta:
        table = "detector"
