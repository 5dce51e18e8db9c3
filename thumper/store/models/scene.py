"""What the cameras have shown so far, and when one of them began to show something else."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import BytewiseTextField, created_column, id_column
from thumper.store.models.deployment import Deployment
from thumper.store.models.image import Image


class SceneMemory(Model):
    """How far a deployment's photos were looked at, in the order of its list, and what is remembered of them."""

    deployment: fields.OneToOneRelation[Deployment] = fields.OneToOneField(
        "thumper.Deployment", related_name="scene_memory", primary_key=True, on_delete=fields.CASCADE
    )
    deployment_id: UUID
    # The key of the photo that was looked at last; it may be deleted meanwhile.
    sort_at = fields.DatetimeField()
    sort_name = BytewiseTextField()
    image_id = fields.UUIDField()
    known = fields.BinaryField()
    """The scenes of photos before, one after the other, each behind the 16 bytes of its image's id."""
    strange = fields.BinaryField()
    """The same of the photos at the end that are not like those."""

    class Meta:
        table = "scene_memory"


class SceneChange(Model):
    """A camera that stayed at its place and shows another scene: whether it was moved is asked."""

    id = id_column()
    deployment: fields.ForeignKeyRelation[Deployment] = fields.ForeignKeyField(
        "thumper.Deployment", related_name="scene_changes", on_delete=fields.CASCADE
    )
    deployment_id: UUID
    image: fields.OneToOneRelation[Image] = fields.OneToOneField(
        "thumper.Image", related_name="scene_change", on_delete=fields.CASCADE
    )
    """The first photo of the other scene."""
    image_id: UUID
    # A plain column: that it is gone is no reason to forget the change.
    before_image_id = fields.UUIDField()
    """The last photo of the scene before."""
    created_at = created_column()
    moved = fields.BooleanField(null=True)
    """What people said; null while they are asked."""
    answered_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "scene_change"
        indexes = (("deployment_id", "created_at"),)
