"""Who may talk to the server before there are accounts: this machine, and pages that we served.

Binding to loopback alone does not keep web pages out: any page in the owner's browser can send requests to
localhost, and a name of the page's own can be made to point there. So the Host must be one of this machine's
names, and a browser's Origin must be ours for every request that could change something.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thumper.web.answer import refused

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CLOSE_POLICY: Final = 1008


class LocalOnly:
    """ASGI middleware that refuses foreign hosts and origins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = _refusal(scope, headers)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Closed before it was accepted: the handshake is answered with 403.
            await receive()
            await send({"type": "websocket.close", "code": _CLOSE_POLICY, "reason": refusal[0]})
        else:
            await refused(403, refusal[0], message=refusal[1])(scope, receive, send)


def _refusal(scope: Scope, headers: Headers) -> tuple[str, str] | None:
    """Return code and sentence of what is wrong, None when nothing is."""
    host = headers.get("host", "")
    if _name(host) not in LOOPBACK_NAMES:
        return (
            "BAD_HOST",
            f"Thumper answers on this machine only, as localhost; the request was for {host!r}.",
        )
    origin = headers.get("origin")
    harmless = scope["type"] == "http" and scope["method"] in _SAFE_METHODS
    if origin is None or harmless or _ours(origin, host):
        return None
    return "BAD_ORIGIN", f"Pages of {origin!r} may not use Thumper; open {_page(host)} instead."


def _name(host: str) -> str | None:
    """Return the host name of a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _ours(origin: str, host: str) -> bool:
    """Return whether an origin is this server under one of its names: same port, any loopback name."""
    try:
        theirs, ours = urlsplit(origin), urlsplit(f"//{host}")
        same_port = (theirs.port or 80) == (ours.port or 80)
    except ValueError:
        return False
    return theirs.scheme == "http" and theirs.hostname in LOOPBACK_NAMES and same_port


def _page(host: str) -> str:
    return f"http://{host}/"


class QuietHeaders:
    """ASGI middleware that tells browsers to guess no types and to tell others nothing."""

    _HEADERS: Final = (
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"x-frame-options", b"DENY"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to whatever answer comes."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
