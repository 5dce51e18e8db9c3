"""Puts the HTTP side together: which address is answered by whom."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import cast

from prometheus_client import Histogram
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from thumper.background import beside
from thumper.domain.host_name import read_networks
from thumper.domain.progress import ProcessRole
from thumper.graphql.context import Context
from thumper.settings import Settings
from thumper.store.access.credentials import Credentials
from thumper.store.status.processes import Life
from thumper.web import health
from thumper.web.access import OwnOriginOnly, QuietHeaders
from thumper.web.admission import Admission
from thumper.web.answer import Refusal, refused
from thumper.web.authentication import Authentication, Authenticator
from thumper.web.base_path import BasePath, base_url
from thumper.web.export import Exports
from thumper.web.forwarding import Forwarding
from thumper.web.live_sockets import LiveSockets
from thumper.web.media import media
from thumper.web.metrics import metrics
from thumper.web.own_names import OwnNames
from thumper.web.page import first_page, page_files, query_page, view_page, wants_page
from thumper.web.rate_limits import Limited, RateLimits
from thumper.web.request_places import Placed, RequestPlaces
from thumper.web.request_times import RequestTimes, new_histogram
from thumper.web.room import open_room
from thumper.web.route_access import RouteAccess, nothing_at
from thumper.web.safety_net import SafetyNet
from thumper.web.session import session
from thumper.web.sign_in_watch import SignInWatch
from thumper.web.transport import PATH, Transport
from thumper.web.upload import upload
from thumper.web.view_addresses import SIGN_IN, VIEWS


class _Endpoint:
    """`/graphql`: the page for browsers that open it, the API for everything else."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and wants_page(request := Request(scope)):
            await (await query_page(request))(scope, receive, send)
        else:
            await self._transport(scope, receive, send)


def create_app(settings: Settings, *, life: Life | None = None) -> Starlette:
    """Return the ASGI app; its lifespan opens the database and gives signs of life until it ends."""
    life = life if life is not None else Life(role=ProcessRole.SERVE)
    credentials, watch, limits = Credentials(), SignInWatch(), RateLimits(settings)
    credentials.on_revoked.append(watch.revoked)
    authenticator = Authenticator(settings, credentials)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with open_room(settings, life, credentials) as room, beside(watch.keep_looking()):
                app.state.room = room
                yield
        except BaseException as error:
            app.state.failure = error  # uvicorn logs it and says no more
            raise
        finally:
            await limits.close()

    def context(connection: HTTPConnection, request_id: str) -> Context:
        made: Context = app.state.room.context(connection, request_id)
        return made

    admission = Admission(LiveSockets(settings.max_sockets), RequestPlaces(settings.max_requests), limits)
    endpoint = _Endpoint(Transport(context, admission, authenticator=authenticator, watch=watch))
    seconds = new_histogram()
    app = Starlette(
        routes=_routes(endpoint, Exports(watch)),
        middleware=_middleware(settings, authenticator, admission=admission, seconds=seconds),
        exception_handlers={HTTPException: _no_such_address, Refusal: _refused},
        lifespan=lifespan,
    )
    app.state.request_seconds, app.state.wrong_credentials = seconds, authenticator.wrong
    return app


def _middleware(
    settings: Settings, authenticator: Authenticator, *, admission: Admission, seconds: Histogram
) -> list[Middleware]:
    """Return what a request goes through, from outside: where it comes from, who asks, and whether they may."""
    return [
        Middleware(Forwarding, read_networks(settings.behind_proxy)),
        Middleware(BasePath, settings.base_path),
        Middleware(RequestTimes, seconds),
        Middleware(QuietHeaders),
        Middleware(SafetyNet),
        Middleware(OwnOriginOnly, OwnNames(settings)),
        Middleware(Authentication, authenticator),
        Middleware(Limited, admission.limits),
        Middleware(Placed, admission.places),
        Middleware(RouteAccess),
    ]


def _routes(endpoint: _Endpoint, exports: Exports) -> list[BaseRoute]:
    return [
        Route("/", first_page, methods=["GET"]),
        Route(SIGN_IN, first_page, methods=["GET"]),
        *(Route(view, view_page, methods=["GET"]) for view in VIEWS),
        Route(PATH, endpoint),
        WebSocketRoute(PATH, endpoint),
        Route("/media/{id}/{size}", media, methods=["GET"]),
        Route("/upload/{token}", upload, methods=["PUT"]),
        Route("/export/{sheet}.csv", exports.answer, methods=["GET"]),
        Route("/health/live", health.live, methods=["GET"]),
        Route("/health/ready", health.ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/session", session, methods=["GET", "POST", "DELETE"]),
        WebSocketRoute("/{path:path}", _no_such_socket),
        Mount("/pages", page_files()),
    ]


async def _refused(_request: Request, error: Exception) -> Response:
    """Answer what a route refused."""
    return cast("Refusal", error).answer()


async def _no_such_socket(socket: WebSocket) -> None:
    """Refuse a WebSocket at an unknown address."""
    message = f"There is nothing at {socket.url.path}. Subscriptions are at {base_url(socket)}{PATH}."
    await socket.send_denial_response(refused(404, "NOT_FOUND", message=message))


async def _no_such_address(request: Request, error: Exception) -> Response:
    """Refuse an unknown address or a wrong method in JSON."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    code, message = {
        404: ("NOT_FOUND", nothing_at(request)),
        405: ("BAD_METHOD", f"{request.url.path} does not take {request.method}."),
    }.get(status, ("BAD_REQUEST", str(getattr(error, "detail", "The request cannot be answered."))))
    return refused(status, code, message=message, headers=headers)
