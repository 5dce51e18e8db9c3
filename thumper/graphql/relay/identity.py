"""Global ids: opaque strings that identify a record across all types.

An id that cannot be read is the caller's mistake and refused as BAD_ID; one that names no record is not found.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

import strawberry

from thumper.graphql.refusal import RequestError, bad_request

_LONGEST: Final = 120
"""Characters; ours have about 60."""


def encode(type_name: str, uuid: UUID) -> strawberry.ID:
    """Return the id of a record: URL-safe, without padding."""
    word = base64.urlsafe_b64encode(f"{type_name}:{uuid}".encode()).decode()
    return strawberry.ID(word.rstrip("="))


def split(word: str) -> tuple[str, UUID]:
    """Return type name and UUID of an id. Raises BAD_ID."""
    try:
        if len(word) > _LONGEST:
            raise ValueError(word)
        padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
        name, _, uuid = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(":")
        return name, UUID(uuid)
    except (ValueError, binascii.Error):
        shown = word if len(word) <= _LONGEST else word[:_LONGEST] + "…"
        raise bad_request(
            "BAD_ID", f"{shown!r} is no id of Thumper. Use an id as it was given to you."
        ) from None


def decode(word: str, type_name: str) -> UUID:
    """Return the UUID of an id that must be of that type. Raises BAD_ID."""
    name, uuid = split(word)
    if name != type_name:
        raise bad_request(
            "BAD_ID", f"{word!r} is the id of another type ({name}); one of {type_name} is needed here."
        )
    return uuid


def decode_all(words: Iterable[str], type_name: str, *path: str) -> list[UUID]:
    """Return the same of several ids; `path` leads to their list. Raises BAD_ID with the place of the wrong one."""
    found = []
    for number, word in enumerate(words):
        with placed(*path, str(number)):
            found.append(decode(word, type_name))
    return found


@contextlib.contextmanager
def placed(*path: str) -> Iterator[None]:
    """Let a refusal of what is read in this context say where it stands in the arguments."""
    try:
        yield
    except RequestError as error:
        refusal = bad_request(str((error.extensions or {})["code"]), f"{'.'.join(path)}: {error.message}")
        refusal.extensions = {**(refusal.extensions or {}), "inputPath": list(path)}
        raise refusal from None


def decode_given(word: str | None, type_name: str) -> UUID | None:
    """Return the same as `decode`, or None for an id that was left out."""
    return None if word is None else decode(word, type_name)
