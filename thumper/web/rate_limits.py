"""How many requests somebody may send: each role has a rate, and each session and token is counted by itself.

The owner at the machine itself has no limit. What is shown and not valid is counted in `wrong_credentials`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from limits import RateLimitItemPerSecond
from starlette.types import ASGIApp, Receive, Scope, Send

from thumper.domain.access import Actor, Role
from thumper.settings import Settings
from thumper.web.answer import Refusal
from thumper.web.request_windows import Windows

CODE: Final = "TOO_MANY_REQUESTS"
WINDOW_S: Final = 10
"""How long requests are counted together: a page may ask for much at once, and a refusal lasts no longer than that."""
PICTURES: Final = 10
"""How many pictures may be asked for in place of one other request: they are files, and a page shows a hundred."""


class RateLimits:
    """The counts of one process, in Redis where there is one."""

    def __init__(self, settings: Settings) -> None:
        self._windows = Windows(settings.wakeup_url)
        self._requests = _items("requests", settings, 1)
        self._pictures = _items("pictures", settings, PICTURES)

    async def admit(self, actor: Actor, address: str, *, picture: bool = False) -> None:
        """Count a request. Raises `Refusal` for one too many."""
        if actor.role is Role.OWNER and is_own(address):
            return
        item = (self._pictures if picture else self._requests)[actor.role]
        key = str(actor.credential_id or actor.person_id or actor.name)
        wait_s = None if item is None else await self._windows.wait_s(item, key)
        if item is not None and wait_s is not None:
            raise too_many(f"More than {item.amount} requests came within {WINDOW_S} seconds", wait_s)

    async def close(self) -> None:
        """Close the connection to Redis."""
        await self._windows.close()


def _items(name: str, settings: Settings, factor: int) -> Mapping[Role, RateLimitItemPerSecond | None]:
    """Return the limit of each role; None where there is none."""
    rates = {
        Role.OWNER: settings.owner_requests_per_s,
        Role.MEMBER: settings.member_requests_per_s,
        Role.GUEST: settings.guest_requests_per_s,
    }
    return {
        role: RateLimitItemPerSecond(math.ceil(rate * factor * WINDOW_S), WINDOW_S, name) if rate else None
        for role, rate in rates.items()
    }


def too_many(what: str, wait_s: float) -> Refusal:
    """Return the refusal of what may come again after some seconds."""
    wait = max(1, math.ceil(wait_s))
    message = f"{what}. Send the next one in {wait} seconds."
    return Refusal(429, CODE, message=message, headers={"retry-after": str(wait)})


def is_own(address: str) -> bool:
    """Return whether a request comes from this machine: from loopback, or over a unix socket."""
    try:
        return not address or ip_address(address).is_loopback
    except ValueError:
        return False


class Limited:
    """ASGI middleware that refuses requests of somebody who sends too many."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        actor = scope.get("state", {}).get("actor")
        if actor is not None:
            try:
                picture = scope["path"].startswith("/media/")
                await self._limits.admit(actor, address_of(scope), picture=picture)
            except Refusal as refusal:
                await refusal.answer()(scope, receive, send)
                return
        await self._app(scope, receive, send)


def address_of(scope: Scope) -> str:
    """Return where a request comes from; empty for a unix socket."""
    client = scope.get("client")
    return client[0] if client else ""
