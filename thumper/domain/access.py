"""Who asks, and what they may ask for: roles, and the scopes that a token limits them to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Role(StrEnum):
    """What somebody is to the ranch."""

    OWNER = "owner"
    MEMBER = "member"
    GUEST = "guest"


class Scope(StrEnum):
    """A kind of request. A person who signed in has all that their role has; a token has those that it was given."""

    READ = "read"
    """Look at what Thumper knows."""
    REVIEW = "review"
    """Say what photos show, and where and when they were taken."""
    INGEST = "ingest"
    """Upload photos and watch the dump that they make."""
    ADMIN = "admin"
    """Decide who may sign in, what is deleted and how Thumper runs."""
    METRICS = "metrics"
    """Read the counters of the processes."""


SCOPES_OF: Final = {
    Role.OWNER: frozenset(Scope),
    Role.MEMBER: frozenset({Scope.READ, Scope.REVIEW, Scope.INGEST}),
    Role.GUEST: frozenset({Scope.READ}),
}
"""The most that somebody of a role may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who asks: a person, or a program that a person gave a token."""

    name: str
    role: Role
    scopes: frozenset[Scope]
    person_id: UUID | None = None
    """None for the command line, which asks in its own process."""
    credential_id: UUID | None = None
    """The session or token that they showed."""
    signed_in: bool = False
    """Whether it is a session: a person in their own browser, and no program."""


OWNER: Final = Actor(name="owner", role=Role.OWNER, scopes=SCOPES_OF[Role.OWNER])
"""May do everything: the command line on the machine itself."""

NOBODY: Final = Actor(name="", role=Role.GUEST, scopes=frozenset())
"""May do nothing: on a connection that has not said yet who asks."""


def may_watch(actor: Actor, credential_id: UUID | None) -> bool:
    """Return whether somebody may see a dump whose upload was begun with that session or token, None for no upload.

    Who may look at what Thumper knows sees every dump; who may only upload sees what they began themselves.
    """
    return Scope.READ in actor.scopes or (credential_id is not None and credential_id == actor.credential_id)
