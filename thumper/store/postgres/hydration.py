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
    converted: list[tuple[int, Convert]]
    """The columns, by their place, whose values are not yet what their field holds."""
    blank: dict[str, Any]
    """The attributes of a row without its values: those of the columns, and what the ORM notes of each."""

    def rows(self, model: type[M], records: Sequence[Iterable[Any]]) -> list[M]:
        """Return the models of records."""
        columns: list[Iterable[Any]] = list(zip(*records, strict=True))
        for place, convert in self.converted:
            columns[place] = [None if value is None else convert(value) for value in columns[place]]
        return [self._row(model, values) for values in zip(*columns, strict=True)]

    def _row(self, model: type[M], values: Iterable[Any]) -> M:
        row = model.__new__(model)
        told = row.__dict__
        told.update(self.blank)
        told["_await_when_save"] = {}
        told.update(zip(self.names, values, strict=True))
        return row


def hydrate(model: type[M], records: Sequence[Any]) -> list[M]:
    """Return a model for each record; columns that are none of its table become attributes as well."""
    if not records:
        return []
    plan = _plan(model, tuple(records[0].keys()))
    return plan.rows(model, records)


@cache  # as many as there are lists
def _plan(model: type[Model], columns: tuple[str, ...]) -> _Plan:
    meta = model._meta  # noqa: SLF001  # as the ORM itself reads it
    names = [meta.fields_db_projection_reverse.get(column, column) for column in columns]
    own = [name for name in names if name in meta.fields_db_projection]
    native = {name for _, name, _ in meta.db_native_fields}
    converters = [
        (place, _converter(meta.fields_map[name]))
        for place, name in enumerate(names)
        if name in meta.fields_db_projection and name not in native
    ]
    return _Plan(
        names=names,
        converted=[(place, convert) for place, convert in converters if convert is not None],
        blank={
            **dict.fromkeys(names),
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
