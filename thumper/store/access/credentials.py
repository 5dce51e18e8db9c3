"""Who asks, found from what they show: a session's or a token's secret, by its SHA-256.

What was found is remembered for a few seconds, so that a page of pictures asks PostgreSQL once. What is revoked here is
forgotten at once; what another process revokes stays known for `REMEMBERED_S` at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

from thumper.domain.access import SCOPES_OF, Actor, Role, Scope
from thumper.store.postgres.connect import OUTAGES, client
from thumper.store.postgres.one_commit import after_commit

REMEMBERED_S: Final = 2.0
"""How long what was found counts without another look: revoking must act within 5 s."""
KNOWN_S: Final = 3600.0
"""How long it counts while PostgreSQL is away, which cannot tell of what was revoked or has expired since."""
MOST_REMEMBERED: Final = 10_000
"""Credentials that are remembered; a program that starts a session a request would fill memory."""
SESSION_DAYS: Final = 90
"""How long a session lasts from its last use."""
_NOTE_USE_S: Final = 60
"""How often is noted that a credential is used; a page of pictures would write at each of them."""
_RENEW_DAYS: Final = 1
"""How often a session's end moves on: with it the browser is given its cookie again."""


class CredentialKind(StrEnum):
    """What was shown."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105  # a word


@dataclass(frozen=True, slots=True)
class Credential:
    """What a secret was found to be."""

    kind: CredentialKind
    actor: Actor
    renewed: bool = False
    """Whether the end of the session has moved on just now."""


_LIVES: Final = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
_FIND: Final = {
    CredentialKind.SESSION: f"""
SELECT session.id, person.id AS person_id, person.name, person.role, NULL AS scopes,
    session.last_used_at < now() - make_interval(secs => {_NOTE_USE_S}) AS unnoted,
    session.expires_at < now() + make_interval(days => {SESSION_DAYS - _RENEW_DAYS}) AS ageing
FROM session JOIN person ON person.id = session.person_id
WHERE session.sha256 = $1 AND {_LIVES} AND person.removed_at IS NULL
""",
    CredentialKind.TOKEN: f"""
SELECT token.id, person.id AS person_id, person.name, person.role, token.scopes,
    coalesce(token.last_used_at < now() - make_interval(secs => {_NOTE_USE_S}), TRUE) AS unnoted, FALSE AS ageing
FROM token JOIN person ON person.id = token.person_id
WHERE token.sha256 = $1 AND {_LIVES} AND person.removed_at IS NULL
""",
}
_NOTE_USE: Final = {
    CredentialKind.SESSION: "UPDATE session SET last_used_at = now(), expires_at ="
    f" CASE WHEN $2 THEN now() + make_interval(days => {SESSION_DAYS}) ELSE expires_at END WHERE id = $1",
    CredentialKind.TOKEN: "UPDATE token SET last_used_at = now() WHERE id = $1 AND NOT $2",
}
_OF_PERSON: Final = " UNION ALL ".join(
    f"SELECT id FROM {table} WHERE person_id = $1 AND {_LIVES}" for table in ("session", "token")
)
_PRESENT: Final = " UNION ALL ".join(
    f"SELECT credential.id, person.id AS person_id, person.name, person.role, {scopes} AS scopes"
    f" FROM {table} AS credential JOIN person ON person.id = credential.person_id"
    f" WHERE credential.id = ANY($1::uuid[]) AND {_LIVES} AND person.removed_at IS NULL"
    for table, scopes in (("session", "NULL"), ("token", "credential.scopes"))
)


class Credentials:
    """What was found lately, and who wants to know of what is revoked."""

    def __init__(self) -> None:
        self._found: dict[tuple[CredentialKind, bytes], tuple[Credential, float]] = {}
        self._present: dict[UUID, tuple[Actor, float]] = {}
        self.on_revoked: list[Callable[[UUID], object]] = []
        """Called with the id of each session and token that this process revokes."""

    async def find(self, kind: CredentialKind, sha256: bytes) -> Credential | None:
        """Return whose secret has that hash; None if it is unknown, or is not valid any more.

        While PostgreSQL is away, who was known lately still is: next to nothing can be read then anyway.
        Raises what PostgreSQL's absence raises for others.
        """
        if (lately := self.lately(kind, sha256)) is not None:
            return lately
        key = (kind, sha256)
        known = self.known(kind, sha256)
        try:
            credential = await _read(kind, sha256)
        except OUTAGES:
            if known is None:
                raise
            return known
        if credential is None:
            self._found.pop(key, None)
            return None
        if len(self._found) >= MOST_REMEMBERED:
            self._found.clear()
        # That it was renewed is told once.
        self._found[key] = (Credential(credential.kind, credential.actor), time.monotonic())
        return credential

    async def present(self, credential_id: UUID) -> Actor | None:
        """Return who asks with a session or token, by its id, as `find` does by its secret."""
        actor, found_at_s = self._present.get(credential_id, (None, 0.0))
        age_s = time.monotonic() - found_at_s
        if actor is not None and age_s < REMEMBERED_S:
            return actor
        try:
            now = (await present_actors([credential_id])).get(credential_id)
        except OUTAGES:
            if actor is None or age_s >= KNOWN_S:
                raise
            return actor
        if now is None:
            self._present.pop(credential_id, None)
            return None
        if len(self._present) >= MOST_REMEMBERED:
            self._present.clear()
        self._present[credential_id] = (now, time.monotonic())
        return now

    def lately(self, kind: CredentialKind, sha256: bytes) -> Credential | None:
        """Return what was found so lately that it counts without another look."""
        return self._found_within(REMEMBERED_S, kind, sha256)

    def known(self, kind: CredentialKind, sha256: bytes) -> Credential | None:
        """Return what was found before PostgreSQL went away: for what holds next to no data."""
        return self._found_within(KNOWN_S, kind, sha256)

    def _found_within(self, seconds: float, kind: CredentialKind, sha256: bytes) -> Credential | None:
        found, found_at_s = self._found.get((kind, sha256), (None, 0.0))
        return found if time.monotonic() - found_at_s < seconds else None

    def revoked(self, credential_id: UUID) -> None:
        """Forget a session or token that was revoked, and tell those who want to know; once that is committed."""
        after_commit(partial(self._forget, credential_id))

    def _forget(self, credential_id: UUID) -> None:
        self._found = {
            key: found for key, found in self._found.items() if found[0].actor.credential_id != credential_id
        }
        self._present.pop(credential_id, None)
        for tell in self.on_revoked:
            tell(credential_id)


async def present_actors(credential_ids: Collection[UUID]) -> dict[UUID, Actor]:
    """Return who asks with which of these sessions and tokens now; those that are not valid any more are missing."""
    rows = await client().execute_query_dict(_PRESENT, [list(credential_ids)])
    return {row["id"]: _actor(row) for row in rows}


async def of_person(person_id: UUID) -> list[UUID]:
    """Return the sessions and tokens of a person that count."""
    return [row["id"] for row in await client().execute_query_dict(_OF_PERSON, [person_id])]


_PERSON_OF: Final = " UNION ALL ".join(
    f"SELECT person_id FROM {table} WHERE id = $1" for table in ("session", "token")
)


async def person_of(credential_id: UUID) -> UUID | None:
    """Return whose session or token that is or was; None for one that is gone."""
    rows = await client().execute_query_dict(_PERSON_OF, [credential_id])
    return rows[0]["person_id"] if rows else None


async def _read(kind: CredentialKind, sha256: bytes) -> Credential | None:
    rows = await client().execute_query_dict(_FIND[kind], [sha256])
    if not rows:
        return None
    row: dict[str, Any] = rows[0]
    renewed = (row["unnoted"] or row["ageing"]) and await _note_use(kind, row) and row["ageing"]
    return Credential(kind, _actor(row), renewed=renewed)


async def _note_use(kind: CredentialKind, row: dict[str, Any]) -> bool:
    """Note that a credential is used; return whether it could be: a standby can be read all the same."""
    try:
        await client().execute_query_dict(_NOTE_USE[kind], [row["id"], row["ageing"]])
    except OUTAGES:
        return False
    return True


def _actor(row: dict[str, Any]) -> Actor:
    role = Role(row["role"])
    scopes = SCOPES_OF[role]
    if row["scopes"] is not None:
        scopes &= scopes_of(row["scopes"])
    return Actor(
        name=row["name"],
        role=role,
        scopes=scopes,
        person_id=row["person_id"],
        credential_id=row["id"],
        signed_in=row["scopes"] is None,
    )


def scopes_of(text: str) -> frozenset[Scope]:
    """Return the scopes that a row holds as words."""
    return frozenset(map(Scope, text.split()))
