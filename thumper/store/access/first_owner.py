"""The owner whom every home has: made at the first start of an API, with the token of the command line.

An old home gets both at its next start, and so does one that was restored: a backup holds no token, only hashes.
"""

from __future__ import annotations

import socket
from pathlib import Path

import structlog
from tortoise.transactions import in_transaction

from thumper.domain.access import Role, Scope
from thumper.domain.secret import hash_of
from thumper.owner_token import kept_owner_token, owner_token_path, write_owner_token
from thumper.store.access import people, tokens
from thumper.store.access.credentials import CredentialKind, Credentials
from thumper.store.models import Person, Session, SignInLink, Token
from thumper.store.postgres.clock import NOW

log = structlog.get_logger(__name__)


async def ensure_owner(home: Path) -> Person:
    """Return the owner, and see to it that the command line has a token that counts. Raises `OSError`."""
    async with in_transaction("default") as transaction:
        await people.alone(transaction)
        owner = await people.owner() or await Person.create(name=people.OWNER_NAME, role=Role.OWNER)
        if not await _counts(kept_owner_token(home)):
            await _give_token(owner, home)
    return owner


async def reset_owner(home: Path) -> Person:
    """End all sessions and tokens of the owner, and give the command line a new token; return the owner.

    Raises `OSError`.
    """
    async with in_transaction("default") as transaction:
        await people.alone(transaction)
        owner = await people.owner() or await Person.create(name=people.OWNER_NAME, role=Role.OWNER)
        for kind in (Session, Token):
            await kind.filter(person_id=owner.id, revoked_at=None).update(revoked_at=NOW)
        await SignInLink.filter(person_id=owner.id, used_at=None).update(expires_at=NOW)
        await _give_token(owner, home)
    return owner


async def _counts(secret: str | None) -> bool:
    """Return whether a token lets everything be done."""
    if secret is None:
        return False
    credential = await Credentials().find(CredentialKind.TOKEN, hash_of(secret))
    return credential is not None and credential.actor.scopes == frozenset(Scope)


async def _give_token(owner: Person, home: Path) -> None:
    """Write a new token for the command line; earlier ones of this machine do not count any more."""
    name = f"command line on {socket.gethostname()}"[:200]
    await Token.filter(name=name, revoked_at=None).update(revoked_at=NOW)
    _, secret = await tokens.issue(owner, name, list(Scope))
    write_owner_token(home, secret)
    log.debug("the command line has a new token", path=str(owner_token_path(home)))
