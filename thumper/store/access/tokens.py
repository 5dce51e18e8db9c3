"""Tokens of programs: told once when they are made, kept as a hash, listed, and revoked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.access import Scope
from thumper.domain.entered_text import clean_name
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.domain.secret import hash_of, new_token
from thumper.store.models import Person, Token
from thumper.store.postgres.clock import NOW
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

_VALID: Final = "token.revoked_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > now())"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSearch(Search[Token]):
    """Which tokens; every field that is given must hold, an empty filter means all."""

    listing = whole_table(Token)
    sorts = (
        sort(
            "CREATED",
            "When it was made.",
            (Key("token.created_at", KeyKind.TIME), Key("token.id", KeyKind.ID)),
            names=("created-oldest", "created-newest"),
        ),
    )
    descending = True

    person_id: UUID | None = where("Of this person.", "token.person_id = {}")
    ended: bool | None = where(
        "Whether it stopped counting: it was revoked or has expired.", f"NOT ({_VALID})", otherwise=_VALID
    )


def words_of(scopes: Collection[Scope]) -> str:
    """Return scopes as a row holds them, in their usual order."""
    return " ".join(scope for scope in Scope if scope in scopes)


async def create(
    person: Person,
    name: str,
    scopes: Collection[Scope],
    *,
    allowed: frozenset[Scope],
    expires_at: dt.datetime | None,
) -> tuple[Token, str]:
    """Make a token that may do no more than who asks, who is `allowed` some scopes; return it and its secret.

    Raises `InvalidValueError`.
    """
    name = clean_name(name, "name")
    if not scopes:
        raise InvalidValueError("A token without a scope could do nothing: name at least one.", "scopes")
    if too_much := [scope for scope in Scope if scope in set(scopes) - allowed]:
        raise InvalidValueError(f"You may not {too_much[0]} yourself, and a token may do no more.", "scopes")
    if expires_at is not None and expires_at <= dt.datetime.now(dt.UTC):
        raise InvalidValueError("This time is over: such a token would not count at all.", "expires_at")
    return await issue(person, name, scopes, expires_at=expires_at)


async def issue(
    person: Person, name: str, scopes: Collection[Scope], *, expires_at: dt.datetime | None = None
) -> tuple[Token, str]:
    """Make a token; return it and its secret, which cannot be found out again."""
    secret = new_token()
    token = await Token.create(
        sha256=hash_of(secret), person=person, name=name, scopes=words_of(scopes), expires_at=expires_at
    )
    return await Token.get(id=token.id), secret


async def revoke(token_id: UUID) -> Token:
    """Revoke a token. Raises `NoRecordError`."""
    await Token.filter(id=token_id, revoked_at=None).update(revoked_at=NOW)
    token = await Token.get_or_none(id=token_id)
    if token is None:
        raise NoRecordError("token", "token_id")
    return token


async def of_people(person_ids: Sequence[UUID]) -> dict[UUID, list[Token]]:
    """Return the valid tokens of each person, the newest first."""
    now = dt.datetime.now(dt.UTC)
    found = await Token.filter(person_id__in=list(person_ids), revoked_at=None).order_by("-id")
    lasting = [token for token in found if token.expires_at is None or token.expires_at > now]
    return {id_: [each for each in lasting if each.person_id == id_] for id_ in person_ids}
