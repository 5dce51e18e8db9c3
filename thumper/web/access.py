"""Under which name the server may be called, and which pages may call it: those that we served.

A sign-in alone does not keep other pages out: any page in a browser can send requests to whatever the browser
reaches, and a name of the page's own can be made to point here. So the Host must be one of our names (`own_names.py`),
and what a browser says of where a request comes from (Origin, Sec-Fetch-Site) must be ours, whatever the method: a
query that only reads costs as much as one of ours. Links may lead here: they open the page, and run nothing.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thumper.domain.host_name import Authority, read_authority, read_origin
from thumper.web.answer import refused
from thumper.web.own_names import OwnNames
from thumper.web.picture_access import is_signed

_OUR_SITES: Final = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site for our own pages and for what a person enters. A site has many origins: `same-site` is
another port of this machine."""


class OwnOriginOnly:
    """ASGI middleware that refuses foreign hosts and origins."""

    def __init__(self, app: ASGIApp, names: OwnNames) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        refusal = None if scope["type"] == "lifespan" else self._refusal(scope, Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refused(403, refusal[0], message=refusal[1])(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[str, str] | None:
        """Return code and sentence of what is wrong, None when nothing is."""
        scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
        host = headers.get("host", "")
        asked = read_authority(host, scheme)
        if asked is None or not self._names.has(asked):
            return "BAD_HOST", _unknown(host)
        if is_signed(scope):  # made to be shown elsewhere, and no cookie counts for it
            return None
        ours = f"{scheme}://{host}{scope.get('root_path', '')}/"
        origin = headers.get("origin")
        if origin is not None and not _is_ours(origin, scheme, asked):
            return "BAD_ORIGIN", f"Pages of {origin!r} may not use Thumper; open {ours} instead."
        if headers.get("sec-fetch-site", "none") in _OUR_SITES or _opens_page(scope, headers):
            return None
        return "BAD_ORIGIN", f"Pages of other sites may not use Thumper; open {ours} instead."


def _unknown(host: str) -> str:
    return (
        f"The request was for {host!r}, which is no name of this Thumper. Use localhost, or an address or the host name"
        " of its machine; if Thumper shall have that name, add it to THUMPER_ALLOWED_HOSTS."
    )


def _is_ours(origin: str, scheme: str, asked: Authority) -> bool:
    """Return whether an origin is where the request went: same scheme, name and port. Loopback names are one."""
    match read_origin(origin):
        case (theirs, authority) if theirs == scheme:
            same = authority.name == asked.name or (authority.is_loopback and asked.is_loopback)
            return same and authority.port == asked.port
    return False


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
