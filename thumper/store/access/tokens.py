"""Tokens of programs: made once in plain text, and kept as a hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from thumper.domain.access import Scope
from thumper.domain.secret import hash_of, new_token
from thumper.store.models import Person, Token


def words_of(scopes: Collection[Scope]) -> str:
    """Return scopes as a row holds them, in their usual order."""
    return " ".join(scope for scope in Scope if scope in scopes)


async def issue(
    person: Person, name: str, scopes: Collection[Scope], *, expires_at: dt.datetime | None = None
) -> tuple[Token, str]:
    """Make a token; return it and its secret, which nobody can find out again."""
    secret = new_token()
    token = await Token.create(
        sha256=hash_of(secret), person=person, name=name, scopes=words_of(scopes), expires_at=expires_at
    )
    return token, secret
