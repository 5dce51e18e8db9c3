"""A person's word on whether a box is a deer, appended and never overwritten."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.domain.identity import IdentityVerdict
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.deer import Deer
from thumper.store.models.detection import Detection


class IdentityDecision(Model):
    """One decision; of those on one box and one deer the latest stands."""

    id = id_column()
    detection: fields.ForeignKeyRelation[Detection] = fields.ForeignKeyField(
        "thumper.Detection", related_name="identity_decisions", on_delete=fields.RESTRICT
    )
    detection_id: UUID
    deer: fields.ForeignKeyRelation[Deer] = fields.ForeignKeyField(
        "thumper.Deer", related_name="identity_decisions", on_delete=fields.CASCADE
    )
    deer_id: UUID
    verdict = fields.CharEnumField(IdentityVerdict, max_length=8)
    note = fields.TextField(default="")
    actor = fields.CharField(max_length=200)
    created_at = created_column()
    """Of the decisions on one box each is later than the one before, whatever the machine's clock does."""

    class Meta:
        table = "identity_decision"
        indexes = (("detection_id", "created_at"), ("deer_id", "created_at", "id"))
