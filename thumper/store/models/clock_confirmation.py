"""Words of people that clocks were right: appended, taken back, never changed."""

from __future__ import annotations

import datetime as dt

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class ClockConfirmation(Model):
    """One person's word that the clocks of a dump were right although its photos are old, as those of an archive are.

    It changes no time, and answers the question about the dump as long as it stands.
    """

    id = id_column()
    dump_id = fields.UUIDField()
    """Foreign key in the migrations; one word stands at a time."""
    created_at: dt.datetime = created_column()
    undone_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "clock_confirmation"
