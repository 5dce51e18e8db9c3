"""What the audit says of a mutation: the records that its input names and its payload brings, and how it ended.

Ids are all that is taken out of an input: what somebody wrote may be private, and may be a secret.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import structlog
from graphql import GraphQLError
from tortoise.models import Model

from thumper.graphql.access.permissions import FORBIDDEN
from thumper.graphql.context import Context
from thumper.graphql.refusal import INTERNAL
from thumper.graphql.relay.identity import encode, split
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.guest_pool import as_everybody
from thumper.store.requests import audit
from thumper.store.requests.audit import Deed

FORBIDDEN_AGAIN_S: Final = 3600.0
"""How long nothing more is written of what somebody tried and may not do: a guest must not be able to fill the disk."""
_MOST_NOTED: Final = 10_000
"""Of all together, so that none fill memory either: what was noted before them is forgotten then."""
_NOTED: Final[dict[tuple[UUID | None, str], float]] = {}

_ID_ENDINGS: Final = ("Id", "Ids")
"""How the names of all arguments end that take ids (decision 050)."""

log = structlog.get_logger(__name__)


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


async def note_forbidden(mutation: str, context: Context) -> None:
    """Write to the audit that somebody tried what is not for them: the first time in an hour, with each sign-in."""
    key, now_s = (context.actor.credential_id, mutation), time.monotonic()
    if now_s - _NOTED.get(key, -FORBIDDEN_AGAIN_S) < FORBIDDEN_AGAIN_S:
        return
    if len(_NOTED) >= _MOST_NOTED:
        _NOTED.clear()
    _NOTED[key] = now_s
    deed = Deed(action=mutation, actor=context.actor, address=context.address, outcome=FORBIDDEN)
    try:
        with as_everybody():
            await audit.append(deed)
    except OUTAGES as error:
        log.warning("a forbidden mutation is not in the audit", error=str(error) or type(error).__name__)
