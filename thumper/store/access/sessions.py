"""Sessions of browsers: begun with a link that is then used up, listed, and revoked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.plain_text import clean
from thumper.domain.refusal import NoRecordError
from thumper.domain.secret import hash_of, new_secret
from thumper.errors import RefusedError
from thumper.store.access.credentials import SESSION_DAYS
from thumper.store.models import Person, Session, SignInLink
from thumper.store.postgres.clock import NOW
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

LINK_HOURS: Final = 24
"""How long a link can be used: until whom it is for has read their messages."""
MOST_LINKS: Final = 100
"""Links that are listed: more than these wait for no one."""
LONGEST_USER_AGENT: Final = 200
"""Characters that are kept of what a browser calls itself."""

_VALID: Final = "session.revoked_at IS NULL AND session.expires_at > now()"
_USE: Final = """
UPDATE sign_in_link SET used_at = now() FROM person
WHERE sign_in_link.sha256 = $1 AND used_at IS NULL AND expires_at > now()
    AND person.id = sign_in_link.person_id AND person.removed_at IS NULL
RETURNING person.id
"""
_BEGIN: Final = """
INSERT INTO session (id, sha256, person_id, user_agent, expires_at)
VALUES ($1, $2, $3, $4, now() + make_interval(days => $5))
"""
_LINK: Final = """
INSERT INTO sign_in_link (id, sha256, person_id, expires_at) VALUES ($1, $2, $3, now() + make_interval(hours => $4))
"""


class BadLinkError(RefusedError):
    """Raised if a link signs no one in: it is unknown, was used, has expired, or is of somebody who was removed."""

    code = "BAD_SIGN_IN_LINK"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that was just made, with its secret, which cannot be found out again."""

    secret: str = field(repr=False)
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSearch(Search[Session]):
    """Which sessions; every field that is given must hold, an empty filter means all."""

    listing = whole_table(Session)
    sorts = (
        sort(
            "LAST_USED",
            "When it was used last.",
            (Key("session.last_used_at", KeyKind.TIME), Key("session.id", KeyKind.ID)),
            names=("used-oldest", "used-newest"),
        ),
    )
    descending = True

    person_id: UUID | None = where("Of this person.", "session.person_id = {}")
    ended: bool | None = where(
        "Whether it stopped counting: it was revoked or has expired.", f"NOT ({_VALID})", otherwise=_VALID
    )


async def make_link(person: Person) -> NewLink:
    """Make a link that signs a person in, once."""
    secret, link_id = new_secret(), new_id()
    await client().execute_query_dict(_LINK, [link_id, hash_of(secret), person.id, LINK_HOURS])
    link = await SignInLink.get(id=link_id)
    return NewLink(secret, link.expires_at)


async def begin(link_secret: str, *, user_agent: str = "") -> tuple[Person, str]:
    """Use a link up; return whom it signs in, and the secret of the session. Raises `BadLinkError`.

    Of two who use the same link at the same moment, one begins a session.
    """
    sha256, secret = hash_of(link_secret), new_secret()
    async with in_transaction("default") as transaction:
        rows = await transaction.execute_query_dict(_USE, [sha256])
        if rows:
            agent = clean(user_agent, LONGEST_USER_AGENT)
            values = [new_id(), hash_of(secret), rows[0]["id"], agent, SESSION_DAYS]
            await transaction.execute_query_dict(_BEGIN, values)
    if not rows:
        raise await _why_not(sha256)
    return await Person.get(id=rows[0]["id"]), secret


async def _why_not(sha256: bytes) -> BadLinkError:
    link = await SignInLink.get_or_none(sha256=sha256)
    if link is None:
        why = "This is no sign-in link of this Thumper. Was all of it copied?"
    elif link.used_at is not None:
        why = "This sign-in link was used before, and each can be used once."
    else:
        why = f"This sign-in link does not count any more; each lasts {LINK_HOURS} hours."
    return BadLinkError(f"{why} Ask for another one (`thumper invite`).")


async def revoke(session_id: UUID) -> Session:
    """Revoke a session. Raises `NoRecordError`."""
    await Session.filter(id=session_id, revoked_at=None).update(revoked_at=NOW)
    session = await Session.get_or_none(id=session_id)
    if session is None:
        raise NoRecordError("session", "session_id")
    return session


async def of_people(person_ids: Sequence[UUID]) -> dict[UUID, list[Session]]:
    """Return the valid sessions of each person, the one that was used last first."""
    found = await Session.filter(
        person_id__in=list(person_ids), revoked_at=None, expires_at__gt=dt.datetime.now(dt.UTC)
    ).order_by("-last_used_at")
    return {id_: [each for each in found if each.person_id == id_] for id_ in person_ids}


async def open_links() -> list[SignInLink]:
    """Return the newest links that still sign somebody in, with their people; `MOST_LINKS` at most."""
    now = dt.datetime.now(dt.UTC)
    links = SignInLink.filter(used_at=None, expires_at__gt=now, person__removed_at=None)
    return await links.prefetch_related("person").order_by("-id").limit(MOST_LINKS)


async def revoke_links(person_id: UUID) -> int:
    """End the links of a person that were not used; return how many."""
    return await SignInLink.filter(person_id=person_id, used_at=None, expires_at__gt=NOW).update(
        expires_at=NOW
    )


async def ever_began() -> bool:
    """Return whether somebody has ever signed in with a browser."""
    return await Session.all().exists()
