"""How many clients may follow something at a time, over WebSocket and server-sent events together.

A WebSocket is open before it has said who asks, and one that asks nothing stays open for minutes. So a guest, and an
address whose clients have not said yet who they are, may take a part of all places only.
"""

from __future__ import annotations

import contextlib
import resource
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.responses import Response
from starlette.websockets import WebSocket

from thumper.domain.access import Actor, Role
from thumper.web.answer import refused
from thumper.web.rate_limits import is_own
from thumper.web.wrong_credentials import origin

CODE: Final = "TOO_MANY_SOCKETS"
TRY_AGAIN_LATER: Final = 1013
"""Close code of the registry of RFC 6455; a client may come again."""
RETRY_AFTER_S: Final = 10
OTHER_FILES: Final = 512
"""Open files beside live connections: requests, pictures, PostgreSQL, what Python itself has open."""

PARTS: Final = 8
"""Into how many parts the places are divided, of which a guest may take one."""

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Place:
    """A place that is taken; `holder` stands for whose part it belongs to, empty for who may take all."""

    holder: str


class LiveSockets:
    """The places of live connections; `open` is how many are taken."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.open = 0
        self._held: Counter[str] = Counter()

    @contextlib.contextmanager
    def place(self, holder: str = "") -> Iterator[Place | None]:
        """Take a place for as long as the context lasts; None when all are taken that `holder` may take."""
        if self.open >= self.most or not self._has_room(holder):
            yield None
            return
        place = Place(holder)
        self.open += 1
        self._held[holder] += 1
        try:
            yield place
        finally:
            self.open -= 1
            self._let_go(place)

    def hand_over(self, place: Place, holder: str) -> bool:
        """Count a place to another holder; return whether they had room for it."""
        if place.holder == holder:
            return True
        if not self._has_room(holder):
            return False
        self._let_go(place)
        place.holder = holder
        self._held[holder] += 1
        return True

    def _has_room(self, holder: str) -> bool:
        return not holder or self._held[holder] < max(1, self.most // PARTS)

    def _let_go(self, place: Place) -> None:
        self._held[place.holder] -= 1
        if not self._held[place.holder]:
            del self._held[place.holder]

    def refusal(self) -> Response:
        """Return the answer to a client that wants to follow when all places are taken."""
        message = (
            f"{self.most} clients follow already, as many as THUMPER_MAX_SOCKETS allows. Try again later, or"
            " follow several things over one WebSocket."
        )
        return refused(503, CODE, message=message, headers={"retry-after": str(RETRY_AFTER_S)})


def holder_of(actor: Actor | None, address: str) -> str:
    """Return who holds the place of somebody; `actor` is None for one who has not said yet who asks."""
    if actor is None:
        return "" if is_own(address) else origin(address)
    return str(actor.credential_id) if actor.role is Role.GUEST else ""


async def turn_away(websocket: WebSocket) -> None:
    """Close a connection with a code: what a handshake was answered no browser shows to a script."""
    await websocket.accept(subprotocol=next(iter(websocket.scope["subprotocols"]), None))
    await websocket.close(TRY_AGAIN_LATER, CODE)


def allow_open_files(most_sockets: int) -> None:
    """Let this process open as many files as its live connections need, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most_sockets + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning(
            "this system allows fewer open files than THUMPER_MAX_SOCKETS needs; lower it, or raise ulimit -n",
            allowed=allowed,
            needed=wanted,
        )
