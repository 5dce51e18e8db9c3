"""How many clients may follow something at a time, over WebSocket and server-sent events together."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from typing import Final

import structlog
from starlette.responses import Response
from starlette.websockets import WebSocket

from thumper.web.answer import refused

CODE: Final = "TOO_MANY_SOCKETS"
TRY_AGAIN_LATER: Final = 1013
"""Close code of the registry of RFC 6455; a client may come again."""
RETRY_AFTER_S: Final = 10
OTHER_FILES: Final = 512
"""Open files beside live connections: requests, pictures, PostgreSQL, what Python itself has open."""

log = structlog.get_logger(__name__)


class LiveSockets:
    """The places of live connections; `open` is how many are taken."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.open = 0

    @contextlib.contextmanager
    def place(self) -> Iterator[bool]:
        """Take a place for as long as the context lasts; False when all are taken."""
        if self.open >= self.most:
            yield False
            return
        self.open += 1
        try:
            yield True
        finally:
            self.open -= 1

    def refusal(self) -> Response:
        """Return the answer to a client that wants to follow when all places are taken."""
        message = (
            f"{self.most} clients follow already, as many as THUMPER_MAX_SOCKETS allows. Try again later, or"
            " follow several things over one WebSocket."
        )
        return refused(503, CODE, message=message, headers={"retry-after": str(RETRY_AFTER_S)})


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
