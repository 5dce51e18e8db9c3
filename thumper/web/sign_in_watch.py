"""Whether those who follow something still may: what was revoked since lets no more be told.

Every connection that stays open is looked at again every two seconds, all in one statement. So it does not matter which
process revoked a session or token, changed a role or removed a person, or whether time alone made it expire.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from thumper.background import set_within
from thumper.domain.access import Actor
from thumper.store.access.credentials import present_actors
from thumper.store.postgres.connect import OUTAGES

CODE: Final = "FORBIDDEN"
CLOSE_FORBIDDEN: Final = 4403
"""Close code of graphql-transport-ws for a connection that may not go on."""
LOOK_S: Final = 2.0
"""How often is looked: revoking has to act within 5 s, and one statement for all costs next to nothing."""
NO_LONGER: Final = (
    "What you signed in with was revoked, has expired or allows something else now. Sign in again to go on."
)

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class _Follower:
    """One connection that stays open."""

    actor: Actor
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class SignInWatch:
    """The connections that stay open, by what was shown when they were opened."""

    def __init__(self) -> None:
        self._followers: defaultdict[UUID, set[_Follower]] = defaultdict(set)
        self._wanted = asyncio.Event()

    @contextlib.contextmanager
    def following(self, actor: Actor) -> Iterator[asyncio.Event]:
        """Watch for as long as the context lasts; the event is set when the actor may not go on."""
        follower, credential_id = _Follower(actor), actor.credential_id
        if credential_id is None:  # asks in its own process
            yield follower.ended
            return
        self._followers[credential_id].add(follower)
        try:
            yield follower.ended
        finally:
            followers = self._followers[credential_id]
            followers.remove(follower)
            if not followers:
                del self._followers[credential_id]

    def revoked(self, credential_id: UUID) -> None:
        """Look now, if something is followed with a session or token that this process has revoked or changed."""
        if credential_id in self._followers:
            self._wanted.set()

    async def may_go_on(self, actor: Actor) -> bool:
        """Return whether an actor still is who they were; while PostgreSQL is away nothing speaks against it."""
        if actor.credential_id is None:
            return True
        try:
            present = await present_actors([actor.credential_id])
        except OUTAGES:
            return True
        return _is_same(actor, present.get(actor.credential_id))

    async def keep_looking(self) -> None:
        """Look at all again and again, until cancelled."""
        while True:
            await set_within(self._wanted, LOOK_S)
            self._wanted.clear()
            if self._followers:
                try:
                    await self._look()
                except OUTAGES as error:  # what they follow cannot be read either
                    log.debug("sign-ins cannot be looked at", error=str(error) or type(error).__name__)
                except Exception:
                    log.exception("sign-ins could not be looked at; trying again")

    async def _look(self) -> None:
        looked_at = list(self._followers)  # who comes meanwhile is looked at the next time
        present = await present_actors(looked_at)
        for credential_id in looked_at:
            for follower in self._followers.get(credential_id, ()):
                if not _is_same(follower.actor, present.get(credential_id)):
                    follower.ended.set()


def _is_same(then: Actor, now: Actor | None) -> bool:
    """Return whether somebody may do what they might; a new name makes no difference."""
    return now is not None and (then.role, then.scopes, then.person_id) == (
        now.role,
        now.scopes,
        now.person_id,
    )
