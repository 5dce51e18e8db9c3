"""People who may sign in. No password is kept: links, sessions and tokens are rows of their own."""

from __future__ import annotations

import datetime as dt

from tortoise import fields
from tortoise.models import Model

from thumper.domain.access import Role
from thumper.store.models.columns import created_column, id_column


class Person(Model):
    """Somebody who may sign in, or might once; the row stays, since what they said is theirs."""

    id = id_column()
    name = fields.CharField(max_length=200)
    """Unique among those who were not removed, whatever its case; the index is in the migrations."""
    role = fields.CharEnumField(Role, max_length=6)
    created_at = created_column()
    looked_at: dt.datetime | None = fields.DatetimeField(null=True)
    """Until when they have seen what is new; only grows (`thumper.store.access.looks`)."""
    removed_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "person"
