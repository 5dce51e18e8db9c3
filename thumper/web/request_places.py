"""How many requests are answered at a time: one more is refused at once, and told when to come again.

Without an end to them each would only take longer, until none is answered in time. Who has not signed in takes no
place; what holds no data needs none, so that whether the server lives can always be asked. A stream of events gives
its place back when it begins: `live_sockets` counts those.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thumper.web.answer import Refusal
from thumper.web.connection import IS_STREAM
from thumper.web.route_rules import rule_of

CODE: Final = "OVERLOADED"
RETRY_AFTER_S: Final = 2
"""As long as all that are answered at a time take on a busy machine of two cores."""


class RequestPlaces:
    """The places of requests; `taken` is how many are."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """Take a place for as long as the context lasts. Raises `Refusal` when there is none."""
        if self.taken >= self.most:
            message = (
                f"{self.most} requests are being answered, as many as THUMPER_MAX_REQUESTS allows. Nothing was done:"
                f" send this one again in {RETRY_AFTER_S} seconds."
            )
            raise Refusal(503, CODE, message=message, headers={"retry-after": str(RETRY_AFTER_S)})
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


class Placed:
    """ASGI middleware that gives each HTTP request for data a place until it is answered."""

    def __init__(self, app: ASGIApp, places: RequestPlaces) -> None:
        self._app = app
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503."""
        if scope["type"] != "http" or rule_of(scope).rule is None:
            await self._app(scope, receive, send)
            return
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(self._places.place())
            except Refusal as refusal:
                await refusal.answer()(scope, receive, send)
                return

            async def send_noting(message: Message) -> None:
                if message["type"] == "http.response.start" and scope["state"].get(IS_STREAM):
                    held.close()
                await send(message)

            await self._app(scope, receive, send_noting)
