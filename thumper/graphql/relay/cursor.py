"""Cursors: positions of rows in a list, as text.

A cursor holds the sort values of its row and the name of the order it was made under. It is opaque, but not
secret; one that was not made here, or under another order, is refused as BAD_CURSOR.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from thumper.graphql.refusal import bad_request
from thumper.store.postgres.page import KeyKind, Order, Position

_VERSION: Final = 1
_LONGEST_CURSOR: Final = 4096
_LONGEST_COUNT: Final = 63
"""Bits of a bigint, without its sign."""


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
        return _position(word, order)
    # Whatever the readers of a text of a stranger raise, it says the same of the cursor.
    except (ValueError, TypeError, ArithmeticError, AttributeError, RecursionError):
        raise bad_request(
            "BAD_CURSOR",
            f"{word[:80]!r} is no cursor of this list in this order. Use a cursor as it was given to you, "
            "with the same orderBy.",
        ) from None


def _position(word: str, order: Order) -> Position:
    """Read a position, of a cursor that is exactly as `encode_cursor` writes it."""
    if len(word) > _LONGEST_CURSOR:
        raise ValueError(word)
    raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    version, name, *values = json.loads(raw)
    if (version, name) != (_VERSION, order.name):
        raise ValueError(name)
    position = tuple(_READERS[key.kind](value) for key, value in zip(order.keys, values, strict=True))
    if encode_cursor(order, position) != word:
        raise ValueError(word)
    return position


def _time(value: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC)


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _word(value: Any) -> str:
    if "\0" in value:
        raise ValueError(value)
    value.encode()  # half a surrogate pair cannot be
    return str(_exactly(str, value))


def _number(value: Any) -> float:
    if not math.isfinite(_exactly(float, value)):
        raise ValueError(value)
    return float(value)


def _count(value: Any) -> int:
    if _exactly(int, value).bit_length() > _LONGEST_COUNT:
        raise ValueError(value)
    return int(value)


_READERS: Final[dict[KeyKind, Callable[[Any], Any]]] = {
    KeyKind.TIME: _time,
    KeyKind.ID: UUID,
    KeyKind.NUMBER: _number,
    KeyKind.COUNT: _count,
    KeyKind.FLAG: lambda value: _exactly(bool, value),
    KeyKind.TEXT: _word,
}
