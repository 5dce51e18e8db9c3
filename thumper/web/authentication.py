"""Who asks: found once for each request, from its token or from the cookie of a session. Denies without either.

What is open to all holds no data: the page and its files, whether the server lives, and signing in. A token or session
that is not valid is refused, never overlooked. A WebSocket may say who it is in its first message instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from thumper.domain.access import NOBODY, Actor
from thumper.domain.secret import hash_of
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN
from thumper.settings import Settings
from thumper.store.access.credentials import Credential, CredentialKind, Credentials
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.probe import unless_frozen
from thumper.web.answer import Refusal, refused
from thumper.web.live_sockets import TRY_AGAIN_LATER
from thumper.web.page import wants_page
from thumper.web.picture_access import is_signed
from thumper.web.rate_limits import address_of
from thumper.web.route_rules import rule_of
from thumper.web.session_cookie import SessionCookie
from thumper.web.wrong_credentials import WrongCredentials

CODE: Final = "UNAUTHENTICATED"
CLOSE_UNAUTHENTICATED: Final = 4401
"""Close code of graphql-transport-ws for a connection that may not ask."""
REALM: Final = 'Bearer realm="Thumper"'
ACTOR: Final = "actor"
"""In the state of a request: the `Actor`, None on a connection that has not said yet who asks."""

KIND: Final = "credential_kind"
"""Beside it: whether a session or a token was shown."""

_SIGN_IN: Final = (
    "Sign in first: open a sign-in link (`thumper invite` makes one), or send a token as `Authorization: Bearer thm_…`"
    " (`thumper token create`)."
)
_NOT_VALID: Final = {
    CredentialKind.TOKEN: "This token is not valid: it is unknown, was revoked or has expired."
    " `thumper token create` makes another.",
    CredentialKind.SESSION: "This session has ended, or was revoked. Sign in again: `thumper invite` makes a"
    " link.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a client shows to say who asks."""

    kind: CredentialKind
    secret: str = field(repr=False)


class Authenticator:
    """Finds who asks, from what a request or the first message of a WebSocket shows."""

    def __init__(self, settings: Settings, credentials: Credentials) -> None:
        self.cookie = SessionCookie(settings)
        self.wrong = WrongCredentials()
        self._settings = settings
        self._credentials = credentials

    def shown(self, headers: Headers) -> Shown | None:
        """Return what a request shows; a token comes before the cookie that a browser sends by itself."""
        if (said := headers.get("authorization")) is not None:
            return _bearer(said)
        secret = self.cookie.read(headers)
        return None if secret is None else Shown(CredentialKind.SESSION, secret)

    async def find(self, shown: Shown) -> Credential | None:
        """Return what was shown; None if it is not valid. Raises what PostgreSQL's absence raises."""
        sha256 = hash_of(shown.secret)
        if (lately := self._credentials.lately(shown.kind, sha256)) is not None:
            return lately  # as nearly always, and without a task
        return await unless_frozen(self._credentials.find(shown.kind, sha256), self._settings.postgres_url)

    def known(self, shown: Shown) -> Credential | None:
        """Return what was shown as it was found before: enough for what holds no data."""
        return self._credentials.known(shown.kind, hash_of(shown.secret))

    async def introduced(self, payload: Mapping[str, object], actor: Actor) -> Actor | None:
        """Return who asks after the first message of a WebSocket; `actor` is whom the handshake has shown.

        None if neither has shown anybody. Raises what PostgreSQL's absence raises.
        """
        said = next((value for name, value in payload.items() if name.lower() == "authorization"), None)
        if said is None:
            return None if actor == NOBODY else actor
        credential = await self.find(_bearer(str(said)))
        return credential.actor if credential is not None else None


class Authentication:
    """ASGI middleware that finds who asks, and refuses who does not say so."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its `Actor`, or answer 401."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state[ACTOR] = None
        public = _is_public(scope)
        shown = self._authenticator.shown(Headers(scope=scope))
        if shown is None:
            # A WebSocket may still say it: a browser's script can set no header.
            admitted = public or scope["type"] == "websocket"
            await (self._app if admitted else refuse(None))(scope, receive, send)
            return
        try:
            credential = await self._authenticator.find(shown)
        except OUTAGES:
            if not public:
                await _unknown_for_now(scope)(scope, receive, send)
                return
            credential = self._authenticator.known(shown)
        if credential is None and not public:
            await (await self._turn_away(scope, shown))(scope, receive, send)
            return
        if credential is not None:
            state.update({ACTOR: credential.actor, KIND: credential.kind})
        if credential is not None and credential.renewed and scope["type"] == "http":
            send = _with_cookie(send, self._authenticator.cookie.header(scope, shown.secret))
        await self._app(scope, receive, send)

    async def _turn_away(self, scope: Scope, shown: Shown) -> ASGIApp:
        """Return the answer to who shows what is not valid."""
        try:
            await self._authenticator.wrong.noted(address_of(scope))
        except Refusal as refusal:
            return refusal.answer()
        return _closing(CLOSE_UNAUTHENTICATED, CODE) if scope["type"] == "websocket" else refuse(shown)


def refuse(shown: Shown | None) -> Response:
    """Return the answer to who does not say who asks, or shows what is not valid."""
    if shown is None:
        return refused(401, CODE, message=_SIGN_IN, headers={"www-authenticate": REALM})
    challenge = f'{REALM}, error="invalid_token"'
    return refused(401, CODE, message=_NOT_VALID[shown.kind], headers={"www-authenticate": challenge})


def _bearer(said: str) -> Shown:
    """Return what an Authorization header shows; of another scheme, what is no one's token."""
    scheme, _, secret = said.partition(" ")
    return Shown(CredentialKind.TOKEN, secret.strip() if scheme.lower() == "bearer" else "")


def _is_public(scope: Scope) -> bool:
    """Return whether an address holds no data, so that everybody may have it."""
    if scope["type"] != "http":
        return False
    if is_signed(scope):
        return True
    found = rule_of(scope)
    return found.rule is None or (found.address == "/graphql" and wants_page(Request(scope)))


async def close(socket: WebSocket, code: int, reason: str) -> None:
    """Close a connection with a code: what a handshake was answered no browser shows to a script."""
    await socket.accept(subprotocol=next(iter(socket.scope["subprotocols"]), None))
    await socket.close(code, reason)


def _unknown_for_now(scope: Scope) -> ASGIApp:
    """Return the answer while PostgreSQL is away, which knows who asks."""
    if scope["type"] == "websocket":
        return _closing(TRY_AGAIN_LATER, DATABASE_DOWN)
    return refused(503, DATABASE_DOWN, message=DATABASE_IS_DOWN)


def _closing(code: int, reason: str) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await close(WebSocket(scope, receive, send), code, reason)

    return answer


def _with_cookie(send: Send, cookie: tuple[bytes, bytes]) -> Send:
    """Return `send`, which gives the browser of a session that lasts longer now its cookie again."""

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), cookie]}
        await send(message)

    return send_with_cookie
