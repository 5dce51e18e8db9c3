"""Making models of what PostgreSQL answered, for lists that are read again and again.

The ORM looks at each value of each row anew, and takes a slow way for a row without all of its columns. Most values are
already what their field holds: asyncpg has made them so. Only the others are converted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from tortoise.fields import DatetimeField, Field, UUIDField
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.models import Model

M = TypeVar("M", bound=Model)

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows of one list become models."""

    names: list[str]
    """The attributes of the columns."""
    converted: list[tuple[str, Convert]]
    about: dict[str, Any]
    """What the ORM notes of each row that it has read."""

    def row(self, model: type[M], record: Iterable[Any]) -> M:
        """Return the model of one record."""
        row = model.__new__(model)
        told = row.__dict__
        told.update(self.about, _await_when_save={})
        told.update(zip(self.names, record, strict=True))
        for name, convert in self.converted:
            if (value := told[name]) is not None:
                told[name] = convert(value)
        return row


def hydrate(model: type[M], records: Sequence[Any]) -> list[M]:
    """Return a model for each record; columns that are none of its table become attributes as well."""
    if not records:
        return []
    plan = _plan(model, tuple(records[0].keys()))
    return [plan.row(model, record) for record in records]


@cache  # as many as there are lists
def _plan(model: type[Model], columns: tuple[str, ...]) -> _Plan:
    meta = model._meta  # noqa: SLF001  # as the ORM itself reads it
    names = [meta.fields_db_projection_reverse.get(column, column) for column in columns]
    own = [name for name in names if name in meta.fields_db_projection]
    native = {name for _, name, _ in meta.db_native_fields}
    converters = [(name, _converter(meta.fields_map[name])) for name in own if name not in native]
    return _Plan(
        names=names,
        converted=[(name, convert) for name, convert in converters if convert is not None],
        about={
            "_partial": len(own) < len(meta.fields_db_projection),
            "_saved_in_db": True,
            "_custom_generated_pk": meta.db_pk_column not in meta.generated_db_fields,
        },
    )


def _converter(field: Field[Any]) -> Convert | None:
    """Return what makes the value of a field of what asyncpg read; None when it is that already."""
    if type(field) in {
        UUIDField,
        DatetimeField,
    }:  # asyncpg's times are in UTC, as the ORM is told to have them
        return None
    if isinstance(field, CharEnumFieldInstance):
        return {member.value: member for member in field.enum_type}.__getitem__
    return field.to_python_value
