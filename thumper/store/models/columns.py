"""Column kinds that several tables share."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.fields import Field
from tortoise.fields.db_defaults import Now

from thumper.store.postgres.ids import new_id


class WallClockField(Field[dt.datetime], dt.datetime):
    """A `timestamp` without zone: what a camera's own clock showed. Tortoise's DatetimeField would attach a zone."""

    SQL_TYPE = "TIMESTAMP"

    def to_python_value(self, value: Any) -> dt.datetime | None:
        """Return the naive reading as it stands in the database."""
        return value if isinstance(value, dt.datetime | None) else dt.datetime.fromisoformat(str(value))

    def to_db_value(self, value: Any, instance: Any) -> dt.datetime | None:
        """Pass a naive datetime on; an aware one is a programming error."""
        if value is not None and value.tzinfo is not None:
            msg = f"a wall-clock reading has no time zone, got {value.isoformat()}"
            raise ValueError(msg)
        return value  # type: ignore[no-any-return]


class BytewiseTextField(fields.TextField):
    """A text that is ordered by its bytes, not by a language: as fast as numbers, and the same on every machine."""

    SQL_TYPE = 'TEXT COLLATE "C"'


def id_column() -> fields.UUIDField[UUID]:
    """UUIDv7 primary key, made before the insert."""
    return fields.UUIDField(primary_key=True, default=new_id)


def created_column() -> fields.DatetimeField[dt.datetime]:
    """Instant of insertion, on the database's clock."""
    return fields.DatetimeField(db_default=Now())
