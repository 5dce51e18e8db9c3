"""Changes of places that people made: appended, taken back, never changed; and what was there before each."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column
from thumper.store.models.dump import Dump
from thumper.store.models.image import Image


class Relocation(Model):
    """One person's word on where photos are from; what it moved knows what it had before.

    It is about a dump, a deployment, a location that was merged into another, or else about single images. Locations
    and deployments may be gone by now, so only the dump is a foreign key (see migrations).
    """

    id = id_column()
    dump_id: UUID | None = fields.UUIDField(null=True)
    camera_id: UUID | None = fields.UUIDField(null=True)
    """The camera whose images of the dump are meant; null for all of them."""
    deployment_id: UUID | None = fields.UUIDField(null=True)
    merged_id: UUID | None = fields.UUIDField(null=True)
    """The location that was merged into the other."""
    location_id: UUID | None = fields.UUIDField(null=True)
    """Where everything went; null for no place."""
    created_at = created_column()
    undone_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "relocation"
        indexes = (("dump_id",), ("location_id",), ("merged_id",))


class ImageMove(Model):
    """Where an image was, and to which stay it belonged, before a relocation."""

    number = fields.BigIntField(primary_key=True, generated=True)
    relocation: fields.ForeignKeyRelation[Relocation] = fields.ForeignKeyField(
        "thumper.Relocation", related_name="image_moves", on_delete=fields.CASCADE
    )
    relocation_id: UUID
    image: fields.ForeignKeyRelation[Image] = fields.ForeignKeyField(
        "thumper.Image", related_name="moves", on_delete=fields.CASCADE
    )
    image_id: UUID
    location_id: UUID | None = fields.UUIDField(null=True)
    deployment_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "image_move"
        unique_together = (("relocation_id", "image_id"),)
        indexes = (("image_id",), ("location_id",))


class DumpMove(Model):
    """Which place a dump had before a relocation."""

    number = fields.BigIntField(primary_key=True, generated=True)
    relocation: fields.ForeignKeyRelation[Relocation] = fields.ForeignKeyField(
        "thumper.Relocation", related_name="dump_moves", on_delete=fields.CASCADE
    )
    relocation_id: UUID
    dump: fields.ForeignKeyRelation[Dump] = fields.ForeignKeyField(
        "thumper.Dump", related_name="moves", on_delete=fields.CASCADE
    )
    dump_id: UUID
    location_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "dump_move"
        unique_together = (("relocation_id", "dump_id"),)
        indexes = (("dump_id",),)


class DeploymentMove(Model):
    """What a deployment was before a relocation; without a place it did not exist."""

    number = fields.BigIntField(primary_key=True, generated=True)
    relocation: fields.ForeignKeyRelation[Relocation] = fields.ForeignKeyField(
        "thumper.Relocation", related_name="deployment_moves", on_delete=fields.CASCADE
    )
    relocation_id: UUID
    deployment_id: UUID = fields.UUIDField()
    camera_id: UUID = fields.UUIDField()
    location_id: UUID | None = fields.UUIDField(null=True)
    opened_at: dt.datetime | None = fields.DatetimeField(null=True)
    ended_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "deployment_move"
        unique_together = (("relocation_id", "deployment_id"),)
        indexes = (("deployment_id",),)
