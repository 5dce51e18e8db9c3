"""GraphQL over server-sent events: one operation a request, one event a result, in the mode of distinct connections.

The protocol is https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. Each message of a subscription has
its number as the id of the event, so that a browser which comes back by itself goes on where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from strawberry.types import ExecutionResult

from thumper.background import cancel
from thumper.graphql.refusal import bad_request
from thumper.graphql.shared.shared_execution import SharedData
from thumper.web import sign_in_watch
from thumper.web.answer import Refusal
from thumper.web.authentication import ACTOR
from thumper.web.connection import IS_STREAM
from thumper.web.live_sockets import LiveSockets
from thumper.web.sign_in_watch import SignInWatch

MEDIA_TYPE: Final = "text/event-stream"
KEEP_ALIVE_S: float = 12.0
"""How often a stream says that it lives; as often as graphql-sse's own server, and less than proxies wait."""
LAST_WORD_S: Final = 1.0
"""How long a client may take to read that its sign-in has ended."""
_KEEP_ALIVE: Final = b":\n"
"""A comment without the empty line that would end an event: some clients take that for an event without a name."""
_COMPLETE: Final = b"event: complete\ndata: \n\n"
_HEADERS: Final = {
    "content-type": f"{MEDIA_TYPE}; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "vary": "Accept",
    "x-accel-buffering": "no",  # nginx would keep events back
}
_NUMBER: Final = re.compile(r"[0-9]{1,15}")

Encoder = Callable[[ExecutionResult], str]
"""Writes a result as one line of JSON; a list of errors alone for an operation that was refused."""


def is_wanted(headers: Headers) -> bool:
    """Return whether the answer shall be a stream: only where that is named first.

    Clients that can read streams name them in every request, behind what they want for a query
    (https://github.com/urql-graphql/urql/issues/3673).
    """
    kind, *parameters = (part.strip() for part in headers.get("accept", "").split(",")[0].lower().split(";"))
    return kind == MEDIA_TYPE and not any(re.fullmatch(r"q=0(\.0*)?", part) for part in parameters)


def last_event_id(headers: Headers) -> int | None:
    """Return the number of the last message that a client says it has. Raises `Refusal` for anything else."""
    said = headers.get("last-event-id", "").strip()
    if not said:
        return None
    if not _NUMBER.fullmatch(said):
        message = "Last-Event-ID must be the id of an event, a number. Leave it out for a snapshot."
        raise Refusal(400, "BAD_REQUEST", message=message)
    return int(said)


def single(line: str) -> Response:
    """Return the whole stream of an operation with one result."""
    return Response(_event(line) + _COMPLETE, headers=_HEADERS)


def _event(line: str, seq: int | None = None) -> bytes:
    number = "" if seq is None else f"id: {seq}\n"
    return f"{number}event: next\ndata: {line}\n\n".encode()


class EventStream(Response):
    """The messages of a subscription, until it ends or the client goes away."""

    def __init__(
        self,
        results: AsyncGenerator[ExecutionResult, None],
        encode: Encoder,
        *,
        sockets: LiveSockets,
        watch: SignInWatch,
    ) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._results, self._encode, self._sockets, self._watch = results, encode, sockets, watch
        self._is_sending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events; refuse instead when too many clients follow already."""
        async with aclosing(self._results):
            with self._sockets.place() as place:
                if place is None:
                    await self._sockets.refusal()(scope, receive, send)
                    return
                scope.setdefault("state", {})[IS_STREAM] = True
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                if scope["method"] == "HEAD":
                    await send({"type": "http.response.body", "body": b""})
                    return
                with self._watch.following(scope["state"][ACTOR]) as ended:
                    await self._follow(receive, send, ended)

    async def _follow(self, receive: Receive, send: Send, ended: asyncio.Event) -> None:
        telling, leaving, _ = tasks = (
            asyncio.create_task(self._tell(send)),
            asyncio.create_task(_gone(receive)),
            asyncio.create_task(ended.wait()),
        )
        try:
            while not (await asyncio.wait(tasks, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED))[
                0
            ]:
                if not self._is_sending:
                    await send(_part(_KEEP_ALIVE))
        finally:
            is_over = telling.done() or leaving.done()
            await cancel(*tasks)
        if ended.is_set() and not is_over:
            await self._end(send)

    async def _end(self, send: Send) -> None:
        """End the stream of somebody who may not follow any more with the reason, unless they read nothing."""
        error = bad_request(sign_in_watch.CODE, sign_in_watch.NO_LONGER).formatted
        last = _event(json.dumps({"errors": [error]})) + _COMPLETE
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_S):
                await send({"type": "http.response.body", "body": last, "more_body": False})

    def _event(self, result: ExecutionResult) -> bytes:
        return _event(self._encode(result), result.data.seq if isinstance(result.data, SharedData) else None)

    async def _tell(self, send: Send) -> None:
        async for result in self._results:
            self._is_sending = True
            await send(_part(self._event(result)))
            del result
            # The next message is asked for once this one has left: who reads slowly gets fewer and later ones, and none
            # is kept. The server waits before it sends, so it is given nothing more to send.
            await send(_part(b""))
            self._is_sending = False
        await send({"type": "http.response.body", "body": _COMPLETE, "more_body": False})


def _part(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _gone(receive: Receive) -> None:
    """Wait until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
