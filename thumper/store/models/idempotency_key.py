"""Mutations that clients gave a key, and what they answered."""

from __future__ import annotations

import datetime as dt

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column


class IdempotencyKey(Model):
    """One mutation that a client named, so that it may be sent again without being made again.

    `thumper.store.requests.idempotency_keys` is the only writer.
    """

    id = id_column()
    actor = fields.TextField()
    key = fields.TextField()
    """Unique for an actor; the index is in the migrations."""
    mutation = fields.TextField()
    input_sha256 = fields.BinaryField()
    payload = fields.TextField(null=True)
    """What the mutation brought, as ids and values in JSON, from which it can be answered in any words."""
    completed = fields.BooleanField(default=False)
    """Whether everything was done that comes after the commit."""
    request_sha256 = fields.BinaryField(null=True)
    answer = fields.TextField(null=True)
    """The answer as it was sent, to the request with that hash; None while it was not sent yet."""
    created_at: dt.datetime = created_column()

    class Meta:
        table = "idempotency_key"
