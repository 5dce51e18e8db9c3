"""A promise to receive one file over HTTP."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column
from thumper.store.models.dump import Dump, File


class Upload(Model):
    """A one-time PUT address for one file of a dump of the upload source."""

    id = id_column()
    dump: fields.ForeignKeyRelation[Dump] = fields.ForeignKeyField(
        "thumper.Dump", related_name="uploads", on_delete=fields.RESTRICT
    )
    dump_id: UUID
    token_hash = fields.BinaryField()
    """SHA-256 of the secret in the address; unique (see migrations)."""
    file_name = fields.TextField()
    detect = fields.BooleanField(default=True)
    """Whether detection starts at once."""
    expires_at = fields.DatetimeField()
    cancelled_at = fields.DatetimeField(null=True)
    """When it was closed before a file came; it has expired then, too."""
    replaced_at: dt.datetime | None = fields.DatetimeField(null=True)
    """When its name was promised anew: it has expired then, too, and nothing is missed at it."""
    replaces_id: UUID | None = fields.UUIDField(null=True)
    """The rejected file of the same dump that is to be sent again here."""
    used_at = fields.DatetimeField(null=True)
    file: fields.ForeignKeyNullableRelation[File] = fields.ForeignKeyField(
        "thumper.File", related_name="uploads", null=True, on_delete=fields.RESTRICT
    )
    file_id: UUID | None
    created_at = created_column()

    class Meta:
        table = "upload"
