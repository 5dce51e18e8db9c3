"""The one place that names every request, and that lets nothing unforeseen out: whatever the address.

A bug is answered as INTERNAL with the name under which the log has the rest. A client that goes away is no bug.
"""

from __future__ import annotations

import contextlib
from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from uvicorn.protocols.utils import ClientDisconnected

from thumper.web.answer import REQUEST_ID, failed, new_request_id

log = structlog.get_logger(__name__)

_GONE: Final = (ClientDisconnect, ClientDisconnected, WebSocketDisconnect)
_CLIENT_CLOSED_REQUEST: Final = 499
"""Seen by monitoring alone, since the client is not there any more; nginx has the number."""
_CLOSE_INTERNAL: Final = 1011
"""RFC 6455, 7.4.1: the server met a condition that kept it from fulfilling the request."""
_WITH_HEADERS: Final = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class SafetyNet:
    """ASGI middleware around everything that may fail."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under a name; answer it when the app could not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        begun = False

        async def send_named(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] in _WITH_HEADERS:
                name = (REQUEST_ID.encode(), request_id.encode())
                message = {**message, "headers": [*message.get("headers", ()), name]}
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        except _GONE:
            if scope["type"] == "http" and not begun:
                await Response(status_code=_CLIENT_CLOSED_REQUEST)(scope, receive, send_named)
        except Exception as error:
            log.error("a request failed", request_id=request_id, path=scope["path"], exc_info=error)
            if not begun:
                await failed(request_id)(scope, receive, send_named)
            elif scope["type"] == "websocket":
                with contextlib.suppress(RuntimeError, *_GONE):  # it was closed already
                    await send({"type": "websocket.close", "code": _CLOSE_INTERNAL})
            # An answer that was begun ends here: uvicorn then closes the connection, and the client sees it broken off.
