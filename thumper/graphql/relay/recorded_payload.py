"""Payloads as JSON, so that a mutation can be answered again later: rows by their ids, everything else by
value, and secrets not at all.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any, Final
from uuid import UUID

from tortoise.models import Model

from thumper.graphql.loaders import Loaders

_PACKAGE: Final = "thumper."

SECRET: Final = "secret"  # noqa: S105  # a word
"""In the metadata of a field of a payload, or of what is in one, that is told once and kept nowhere."""

_SIMPLE: Final[dict[str, tuple[type[Any], Callable[[Any], str], Callable[[str], Any]]]] = {
    "uuid": (UUID, str, UUID),
    "instant": (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    "date": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
}
"""Values that are a text: their type, how it is written and read. An instant is a date, too, and comes first."""

_LISTS: Final[dict[str, Callable[[list[Any]], Any]]] = {"tuple": tuple, "set": set, "frozenset": frozenset}


def recorded(payload: Any) -> str:
    """Return a payload as JSON."""
    return json.dumps(_recorded(payload))


def _recorded(value: Any) -> Any:
    if isinstance(value, list):
        return [_recorded(item) for item in value]
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    word, inner = _tagged(value)
    return {word: inner}


def _tagged(value: Any) -> tuple[str, Any]:
    """Return what JSON has no form of: the word for its kind, and how it is written."""
    if isinstance(value, Enum):
        return "enum", [_name(type(value)), value.name]
    if isinstance(value, Model):
        return "row", [type(value).__name__, str(value.pk)]
    if dataclasses.is_dataclass(value):
        return "object", [
            _name(type(value)),
            {name: _recorded(getattr(value, name)) for name in _fields(value)},
        ]
    if isinstance(value, Mapping):
        return "map", [[_recorded(key), _recorded(each)] for key, each in value.items()]
    if (word := type(value).__name__) in _LISTS:
        return word, [_recorded(item) for item in value]
    return _simple(value)


def _simple(value: Any) -> tuple[str, str]:
    for word, (kind, write, _) in _SIMPLE.items():
        if isinstance(value, kind):
            return word, write(value)
    message = f"{type(value)} in a payload: say in this module how it is recorded."
    raise TypeError(message)


def _name(kind: type[Any]) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _fields(value: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(value) if field.init and SECRET not in field.metadata]


async def restored(text: str, loaders: Loaders) -> Any:
    """Return what was recorded, with its rows as they are now; one that is gone is None, and missing from a list."""
    return await _Restoring(loaders).value(json.loads(text))


class _Restoring:
    """Reads rows all at once."""

    def __init__(self, loaders: Loaders) -> None:
        self._loaders = loaders
        self._reads: dict[str, Callable[[Any], Awaitable[Any]]] = {
            "enum": self._enum,
            "row": self._row,
            "object": self._object,
            "map": self._map,
        }

    async def value(self, told: Any) -> Any:
        """Return one value."""
        if isinstance(told, list):
            found = await self._all(told)
            return [item for item, each in zip(found, told, strict=True) if item is not None or each is None]
        if not isinstance(told, dict):
            return told
        ((word, inner),) = told.items()
        if word in _SIMPLE:
            return _SIMPLE[word][2](inner)
        if word in _LISTS:
            return _LISTS[word](await self.value(inner))
        return await self._reads[word](inner)

    async def _all(self, told: list[Any]) -> list[Any]:
        return await asyncio.gather(*map(self.value, told))

    async def _enum(self, told: list[str]) -> Any:
        kind, name = told
        return _named(kind)[name]

    async def _row(self, told: list[str]) -> Any:
        kind, uuid = told
        return await self._loaders.rows[kind].load(UUID(uuid))

    async def _object(self, told: list[Any]) -> Any:
        kind, fields = told
        values = await self._all(list(fields.values()))
        return _named(kind)(**dict(zip(fields, values, strict=True)))

    async def _map(self, told: list[list[Any]]) -> Any:
        keys = await self._all([key for key, _ in told])
        values = await self._all([value for _, value in told])
        return dict(zip(keys, values, strict=True))


def _named(word: str) -> Any:
    """Return the class of that name, which must be one of ours."""
    module, _, path = word.partition(":")
    if not module.startswith(_PACKAGE):
        raise ValueError(word)
    found: Any = sys.modules[module]
    for part in path.split("."):
        found = getattr(found, part)
    return found
