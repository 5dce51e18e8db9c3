"""How long requests take: a histogram in this process, as everything that happens only here."""

from __future__ import annotations

import time
from typing import Final

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thumper.web.base_path import path_within
from thumper.web.connection import IS_STREAM

_WHOLE: Final = frozenset(
    {"/", "/graphql", "/health/live", "/health/ready", "/metrics", "/session", "/sign-in"}
)
_BEGINNINGS: Final = frozenset({"/media", "/upload", "/pages"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_OTHER: Final = "other"
"""What clients make up: each address and method of its own would be a time series."""


def new_histogram() -> Histogram:
    """Make an empty histogram that no registry knows."""
    return Histogram(
        "thumper_http_request_duration_seconds",
        "Time from a request to the last byte of its answer, by method, address and status.",
        ["method", "path", "status"],
        registry=None,
    )


class RequestTimes:
    """ASGI middleware that measures HTTP requests; WebSockets and event streams stay open and are not measured."""

    def __init__(self, app: ASGIApp, seconds: Histogram) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and measure until it is answered; one that is never answered counts as 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began_s = time.perf_counter()
        try:
            await self._app(scope, receive, send_noting)
        finally:
            if not scope.get("state", {}).get(IS_STREAM):
                method = scope["method"] if scope["method"] in _METHODS else _OTHER
                took = self._seconds.labels(method, address(path_within(scope)), str(status))
                took.observe(time.perf_counter() - began_s)


def address(path: str) -> str:
    """Return the address without what differs from request to request, such as the id of a photo."""
    if path in _WHOLE:
        return path
    first = "/" + path.lstrip("/").partition("/")[0]
    return first if first in _BEGINNINGS else _OTHER
