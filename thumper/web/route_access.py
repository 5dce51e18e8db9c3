"""Refusing an address to those who may not ask it, by the table of addresses (`route_rules`).

Who asks was found before (`authentication`), and who did not say so was refused there.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from thumper.domain.access import Actor
from thumper.graphql.access.permissions import FORBIDDEN, permissions_of
from thumper.web.answer import refused
from thumper.web.authentication import ACTOR
from thumper.web.base_path import base_url
from thumper.web.route_rules import NOWHERE, rule_of


class RouteAccess:
    """ASGI middleware that answers 403 where something may not be asked, and 404 where no rule is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        refusal = None if scope["type"] == "lifespan" else _refusal(scope)
        await (self._app if refusal is None else refusal)(scope, receive, send)


def nothing_at(connection: HTTPConnection) -> str:
    """Return what is said of an address that leads nowhere."""
    return f"There is nothing at {connection.url.path}. The API is at {base_url(connection)}/graphql."


def _refusal(scope: Scope) -> ASGIApp | None:
    """Return the answer to who may not ask an address; None where it is to be answered."""
    found = rule_of(scope)
    if found is NOWHERE and scope["type"] == "http":
        return refused(404, "NOT_FOUND", message=nothing_at(HTTPConnection(scope)))
    actor: Actor | None = scope["state"][ACTOR]
    if found.rule is None or actor is None or found.rule.allows(actor.role, actor.scopes):
        return None  # a WebSocket says later who asks
    return refused(403, FORBIDDEN, message=permissions_of(actor).refusal(found.address, found.rule).message)
