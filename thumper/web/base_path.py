"""The path below which all of Thumper lies where it shares a name with others, such as /thumper.

Some proxies take it off before they pass a request on, some do not: both arrive alike from here on.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send


class BasePath:
    """ASGI middleware that gives every request the base path, in `path` as in `root_path`, as ASGI has it."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole path."""
        if scope["type"] != "lifespan" and self._base_path:
            scope = {**scope, "root_path": self._base_path}
            path = scope["path"]
            if path != self._base_path and not path.startswith(f"{self._base_path}/"):
                scope["path"] = self._base_path + path
                scope["raw_path"] = self._base_path.encode() + (scope.get("raw_path") or path.encode())
        await self._app(scope, receive, send)


def base_url(connection: HTTPConnection) -> str:
    """Return where the client reached us: scheme, host and base path, without a slash at its end."""
    scheme = "https" if connection.scope["scheme"] in {"https", "wss"} else "http"
    return f"{scheme}://{connection.headers['host']}{connection.scope.get('root_path', '')}"


def path_within(scope: Scope) -> str:
    """Return the path below the base path."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
