"""Who may talk to the server before there are accounts: this machine, and pages that we served.

Binding to loopback alone does not keep web pages out: any page in the owner's browser can send requests to
localhost, and a name of the page's own can be made to point there. So the Host must be one of this machine's
names, and what a browser says of where a request comes from (Origin, Sec-Fetch-Site) must be ours, whatever the method:
a query that only reads costs as much as one of ours. Links may lead here: they open the page, and run nothing.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thumper.web.answer import refused
from thumper.web.picture_access import is_signed

_AUTHORITY: Final = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_HTTP_PORT: Final = 80
_LAST_PORT: Final = 65_535
_OUR_SITES: Final = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site for our own pages and for what a person enters. A site has many origins: `same-site` is
another port of this machine."""


class LocalOnly:
    """ASGI middleware that refuses foreign hosts and origins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        refusal = None if scope["type"] == "lifespan" else _refusal(scope, Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refused(403, refusal[0], message=refusal[1])(scope, receive, send)


def _refusal(scope: Scope, headers: Headers) -> tuple[str, str] | None:
    """Return code and sentence of what is wrong, None when nothing is."""
    host = headers.get("host", "")
    if _port_of(host) is None:
        return (
            "BAD_HOST",
            f"Thumper answers on this machine only, as localhost; the request was for {host!r}.",
        )
    if is_signed(scope):  # made to be shown elsewhere, and no cookie counts for it
        return None
    origin = headers.get("origin")
    if origin is not None and not _is_ours(origin, host):
        return "BAD_ORIGIN", f"Pages of {origin!r} may not use Thumper; open http://{host}/ instead."
    if headers.get("sec-fetch-site", "none") in _OUR_SITES or _opens_page(scope, headers):
        return None
    return "BAD_ORIGIN", f"Pages of other sites may not use Thumper; open http://{host}/ instead."


def _port_of(authority: str) -> int | None:
    """Return the port of what is exactly `name[:port]` with a name of this machine; None of all else."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None or not _is_this_machine(match["name"].lower()):
        return None
    port = int(match["port"] or _HTTP_PORT)
    return port if 0 < port <= _LAST_PORT else None


def _is_this_machine(name: str) -> bool:
    """Return whether a name is this machine's alone, as `THUMPER_HOST` has to be."""
    try:
        address = IPv6Address(name[1:-1]) if name.startswith("[") else IPv4Address(name)
    except ValueError:
        return name == "localhost"
    return address.is_loopback


def _is_ours(origin: str, host: str) -> bool:
    """Return whether an origin is this server under one of its names: same port, any loopback name."""
    scheme, _, authority = origin.partition("://")
    theirs = _port_of(authority)
    return scheme == "http" and theirs is not None and theirs == _port_of(host)


def _opens_page(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser follows a link in its window: the one thing that a page of elsewhere may cause."""
    mode, destination = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    reads = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
    return reads and mode == "navigate" and destination == "document"


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
                own = list(message.get("headers", []))
                said = {name for name, _ in own}
                message["headers"] = [*own, *(each for each in self._HEADERS if each[0] not in said)]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
