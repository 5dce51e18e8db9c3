"""Cursors: positions of rows in a list, as text.

A cursor holds the sort values of its row and the name of the order it was made under. It is opaque, but not
secret; one that was not made here, or under another order, is refused as BAD_CURSOR.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from thumper.graphql.refusal import bad_request
from thumper.store.postgres.page import KeyKind, Order, Position

_VERSION: Final = 1
_LONGEST_CURSOR: Final = 4096


def encode_cursor(order: Order, position: Position) -> str:
    """Return a position as text."""
    values = [value if isinstance(value, str | bool | int | float) else _text(value) for value in position]
    written = json.dumps([_VERSION, order.name, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def decode_cursor(word: str, order: Order) -> Position:
    """Read a position. Raises BAD_CURSOR."""
    try:
        if len(word) > _LONGEST_CURSOR:
            raise ValueError(word)
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        version, name, *values = json.loads(raw)
        if (version, name) != (_VERSION, order.name) or len(values) != len(order.keys):
            raise ValueError(name)
        return tuple(_READERS[key.kind](value) for key, value in zip(order.keys, values, strict=True))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise bad_request(
            "BAD_CURSOR",
            f"{word[:80]!r} is no cursor of this list in this order. Use a cursor as it was given to you, "
            "with the same orderBy.",
        ) from None


def _time(value: Any) -> dt.datetime:
    instant = dt.datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _word(value: Any) -> str:
    if "\0" in value:
        raise ValueError(value)
    return str(_exactly(str, value))


def _count(value: Any) -> int:
    if not -(2**63) <= _exactly(int, value) < 2**63:
        raise ValueError(value)
    return int(value)


_READERS: Final[dict[KeyKind, Callable[[Any], Any]]] = {
    KeyKind.TIME: _time,
    KeyKind.ID: UUID,
    KeyKind.NUMBER: float,
    KeyKind.COUNT: _count,
    KeyKind.FLAG: lambda value: _exactly(bool, value),
    KeyKind.TEXT: _word,
}
