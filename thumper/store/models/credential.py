"""What people and programs show to say who they are. Of each secret only its SHA-256 is kept."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.store.models.columns import created_column, id_column
from thumper.store.models.person import Person


class SignInLink(Model):
    """An address that signs one person in, once."""

    id = id_column()
    sha256 = fields.BinaryField()
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "thumper.Person", related_name="links", on_delete=fields.CASCADE
    )
    person_id: UUID
    created_at = created_column()
    expires_at: dt.datetime = fields.DatetimeField()
    used_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_link"


class Session(Model):
    """A browser in which a person has signed in."""

    id = id_column()
    sha256 = fields.BinaryField()
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "thumper.Person", related_name="sessions", on_delete=fields.CASCADE
    )
    person_id: UUID
    created_at = created_column()
    last_used_at: dt.datetime = created_column()
    expires_at: dt.datetime = fields.DatetimeField()
    """Moves on while the session is used."""
    user_agent = fields.CharField(max_length=200, default="")
    """What the browser called itself when it signed in."""
    revoked_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class Token(Model):
    """What a program shows that asks for a person."""

    id = id_column()
    sha256 = fields.BinaryField()
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "thumper.Person", related_name="tokens", on_delete=fields.CASCADE
    )
    person_id: UUID
    name = fields.CharField(max_length=200)
    scopes = fields.CharField(max_length=100)
    """Words of `Scope` with a blank between."""
    created_at = created_column()
    expires_at: dt.datetime | None = fields.DatetimeField(null=True)
    """None for a token that lasts until it is revoked."""
    last_used_at: dt.datetime | None = fields.DatetimeField(null=True)
    revoked_at: dt.datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "token"
