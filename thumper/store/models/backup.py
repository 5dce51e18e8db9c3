"""Backups of this database, so that monitoring can tell how old the last one is."""

from __future__ import annotations

import datetime as dt

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import id_column


class Backup(Model):
    """One backup of this database that was taken and proved. Where it is, and whether it still is, is not known."""

    id = id_column()
    """That of its manifest."""
    taken_at: dt.datetime = fields.DatetimeField()
    """The moment of the database that it holds."""
    originals = fields.BooleanField(default=False)
    """Whether the photos are in it."""

    class Meta:
        table = "backup"
