"""What people and programs did, or tried to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class AuditEntry(Model):
    """One thing that somebody did: appended, never changed. It holds no secret and nothing that was written.

    `thumper.store.requests.audit` is the only writer. It refers to no other table: who is removed stays in it.
    """

    id = id_column()
    actor = fields.TextField()
    """The name by which they were known then; empty of who did not sign in."""
    role = fields.TextField()
    """Likewise."""
    person_id = fields.UUIDField(null=True)
    credential_id = fields.UUIDField(null=True)
    """The session or token that they showed."""
    address = fields.TextField()
    """Where the request came from; empty for a command on the machine itself."""
    action = fields.TextField()
    """The mutation by its name, or what else was done, such as signIn."""
    records: Any = fields.JSONField(default=list)
    """Global ids of the records that it named or brought; the first of them where they are many."""
    record_count = fields.IntField(default=0)
    """How many they were."""
    outcome = fields.TextField()
    """OK, or the code of what kept it from being done."""
    created_at: dt.datetime = created_column()

    class Meta:
        table = "audit"
