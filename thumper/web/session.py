"""`/session`: a browser begins its session with the secret of a link, looks whether it has one, and ends it.

The secret comes in the fragment of the link, which no browser sends, and from there in the body of a POST after a tap.
Opening a link, as a messenger does that shows what is behind it, uses nothing up.
"""

from __future__ import annotations

import json
from typing import Final, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from thumper.domain.access import SCOPES_OF, Actor
from thumper.domain.secret import hash_of
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN
from thumper.store.access import sessions
from thumper.store.access.credentials import CredentialKind
from thumper.store.access.sessions import BadLinkError
from thumper.store.models import Person, Session
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.one_commit import one_commit
from thumper.store.postgres.probe import unless_frozen
from thumper.store.requests import audit
from thumper.store.requests.audit import Deed
from thumper.web.answer import Refusal
from thumper.web.authentication import ACTOR
from thumper.web.rate_limits import address_of
from thumper.web.request_body import read_json, refused_json
from thumper.web.room import Room
from thumper.web.session_cookie import SessionCookie
from thumper.web.wrong_credentials import WrongCredentials

_MOST_BYTES: Final = 1024
"""Largest body; one with a secret has 58."""
_NEVER_KEPT: Final = {"cache-control": "no-store"}


async def session(request: Request) -> Response:
    """Answer GET, POST and DELETE /session."""
    try:
        match request.method:
            case "POST":
                return await _begin(request)
            case "DELETE":
                return await _end(request)
            case _:
                return _told(request.state.actor)
    except OUTAGES as error:
        raise Refusal(503, DATABASE_DOWN, message=DATABASE_IS_DOWN) from error


def _told(actor: Actor | None, status: int = 200) -> JSONResponse:
    """Return who has signed in; null where no one has."""
    body = {"name": None, "role": None} if actor is None else {"name": actor.name, "role": actor.role.name}
    return JSONResponse(body, status_code=status, headers=_NEVER_KEPT)


async def _begin(request: Request) -> Response:
    """Sign in: use a link up, and give the browser the cookie of a new session."""
    room = cast("Room", request.app.state.room)
    address = address_of(request.scope)
    try:
        beginning = _begin_session(
            await _read_secret(request), request.headers.get("user-agent", ""), address
        )
        person, session_secret = await unless_frozen(beginning, room.settings.postgres_url)
    except BadLinkError as error:
        await cast("WrongCredentials", request.app.state.wrong_credentials).noted(address)
        raise Refusal(403, error.code, message=str(error)) from error
    body = {"name": person.name, "role": person.role.name}
    response = JSONResponse(body, status_code=201, headers=_NEVER_KEPT)
    SessionCookie(room.settings).write(response, request.scope, session_secret)
    return response


async def _begin_session(link_secret: str, agent: str, address: str) -> tuple[Person, str]:
    """Use a link up, and write that to the audit at once. Raises `BadLinkError`."""
    async with one_commit() as transaction:
        person, secret = await sessions.begin(link_secret, user_agent=agent)
        begun = await Session.get(sha256=hash_of(secret), using_db=transaction)
        actor = Actor(
            name=person.name,
            role=person.role,
            scopes=SCOPES_OF[person.role],
            person_id=person.id,
            credential_id=begun.id,
            signed_in=True,
        )
        await audit.append(Deed(action="signIn", actor=actor, address=address), transaction)
    return person, secret


async def _read_secret(request: Request) -> str:
    """Return the secret of a link. Raises `Refusal`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _bad()  # a form of another site could send no other type without being asked first
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise Refusal(413, "TOO_LARGE", message=f"A request to sign in has {_MOST_BYTES} bytes at most.")
    try:
        said = read_json(body)
    except json.JSONDecodeError as error:
        raise refused_json(error) from error
    secret = said.get("secret") if isinstance(said, dict) else None
    if not isinstance(secret, str):
        raise _bad()
    return secret


def _bad() -> Refusal:
    message = 'Send the part of the link behind its # as JSON: {"secret": "…"}, with the content type application/json.'
    return Refusal(400, "BAD_REQUEST", message=message)


async def _end(request: Request) -> Response:
    """Sign out: revoke the session, and have the browser forget it. Without one all is well already."""
    room = cast("Room", request.app.state.room)
    actor: Actor | None = getattr(request.state, ACTOR)
    if actor is not None and actor.credential_id is not None:
        if request.state.credential_kind is not CredentialKind.SESSION:
            message = "This ends the session of a browser. A token is revoked with revokeToken."
            raise Refusal(400, "BAD_REQUEST", message=message)
        async with one_commit() as transaction:
            await sessions.revoke(actor.credential_id)
            deed = Deed(action="signOut", actor=actor, address=address_of(request.scope))
            await audit.append(deed, transaction)
        room.credentials.revoked(actor.credential_id)
    response = Response(status_code=204, headers=_NEVER_KEPT)
    SessionCookie(room.settings).remove(response, request.scope)
    return response
