"""Which sessions and tokens somebody may end: their own, and with the scope admin anybody's."""

from __future__ import annotations

from uuid import UUID

from thumper.domain.access import Scope
from thumper.domain.refusal import NoRecordError
from thumper.graphql.context import Info
from thumper.graphql.relay.identity import decode


async def revocable(word: str, type_name: str, *, info: Info) -> UUID:
    """Return the id of a `Session` or `Token` that who asks may end. Raises `NoRecordError` for any other."""
    id_, actor = decode(word, type_name), info.context.actor
    found = await info.context.loaders.rows[type_name].load(id_)
    if found is None or not (Scope.ADMIN in actor.scopes or found.person_id == actor.person_id):
        noun = type_name.lower()
        raise NoRecordError(noun, f"{noun}_id")
    return id_
