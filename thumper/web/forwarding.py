"""Who asks, and under which address, where a proxy stands in front: said by proxies that the owner names.

Reads X-Forwarded-For, -Proto and -Host, which Caddy, nginx, Apache, HAProxy and Traefik write, and no other header:
what a proxy does not write it may pass on as a stranger wrote it, RFC 7239's Forwarded among it. Where a header has
several values the last counts, which the nearest proxy added. uvicorn's own reading is off: it believes all of this
machine unasked, takes any word for an address, and leaves Host alone.
"""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from thumper.domain.host_name import PORTS, Address, Network, is_within, read_address

_FOR, _PROTO, _HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"


class Forwarding:
    """ASGI middleware that puts the client's address, the scheme and the Host in place of the proxy's."""

    def __init__(self, app: ASGIApp, proxies: tuple[Network, ...]) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as it was before proxies that are believed."""
        if scope["type"] != "lifespan" and scope.get("client"):
            scope = self._as_asked(scope)
        await self._app(scope, receive, send)

    def _as_asked(self, scope: Scope) -> Scope:
        host, port = scope["client"]
        peer = read_address(host)
        if peer is None:
            return scope
        if not is_within(peer, self._proxies):
            return {**scope, "client": (str(peer), port)}
        changed: dict[str, Any] = {"client": self._client(scope, peer, port)}
        proto = _last(scope, _PROTO).lower()
        if proto in PORTS:
            changed["scheme"] = proto.replace("http", "ws") if scope["type"] == "websocket" else proto
        if name := _last(scope, _HOST):
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            changed["headers"] = [*others, (b"host", name.encode("latin-1"))]
        return {**scope, **changed}

    def _client(self, scope: Scope, peer: Address, port: int) -> tuple[str, int]:
        """Return who asked the first proxy that is believed: the last address of the list that is no such proxy."""
        nearest = peer
        for word in reversed(_values(scope, _FOR)):
            address = read_address(word)
            if address is None:
                break  # who was before cannot be told
            nearest = address
            if not is_within(address, self._proxies):
                break
        return (str(peer), port) if nearest == peer else (str(nearest), 0)


def _values(scope: Scope, name: bytes) -> list[str]:
    lines = [value.decode("latin-1") for header, value in scope["headers"] if header == name]
    return [word.strip() for word in ",".join(lines).split(",") if word.strip()]


def _last(scope: Scope, name: bytes) -> str:
    return (_values(scope, name) or [""])[-1]
