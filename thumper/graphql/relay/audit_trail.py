"""What the audit says of a mutation: the records that its input names and its payload brings, and how it ended.

Ids are all that is taken out of an input: what somebody wrote may be private, and may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import GraphQLError
from tortoise.models import Model

from thumper.graphql.refusal import INTERNAL
from thumper.graphql.relay.identity import encode, split

_ID_ENDINGS = ("Id", "Ids")
"""How the names of all arguments end that take ids (decision 050)."""


def named_in(value: Any, name: str = "") -> Iterator[str]:
    """Yield the ids that an input names, however deep; what is no id of Thumper is left out."""
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from named_in(each, inner)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from named_in(each, name)
    elif isinstance(value, str) and name.endswith(_ID_ENDINGS) and _is_id(value):
        yield value


def _is_id(word: str) -> bool:
    try:
        kind, uuid = split(word)
    except GraphQLError:
        return False
    return kind.isidentifier() and encode(kind, uuid) == word


def brought_by(payload: Any) -> Iterator[str]:
    """Yield the ids of the rows that are fields of a payload, or items of one."""
    for value in vars(payload).values():
        for each in value if isinstance(value, list | tuple) else (value,):
            if isinstance(each, Model):
                yield encode(type(each).__name__, each.pk)


def code_of(errors: Iterable[GraphQLError], name: str) -> str:
    """Return the code of the first error below the field of that name; that of a bug where it has none."""
    for error in errors:
        if error.path and error.path[0] == name:
            return str((error.extensions or {}).get("code", INTERNAL))
    return INTERNAL
