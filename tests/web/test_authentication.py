"""Who asks is known of every request for data, or it is refused, over each transport."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.api import Api, running_api
from tests.patience import PATIENCE_S
from tests.sign_in import headers_at
from thumper.domain.access import Scope
from thumper.domain.secret import hash_of, new_secret, new_token
from thumper.graphql.relay.identity import encode
from thumper.owner_token import owner_token_path, read_owner_token
from thumper.settings import Settings
from thumper.store.access import credentials, tokens
from thumper.store.models import Person, Session, Token
from thumper.store.postgres.clock import seconds_ago

QUERY = {"query": "{ images { totalCount } }"}
IMAGE = encode("Image", UUID(int=1))
FOR_DATA = (
    ("POST", "/graphql"),
    ("GET", "/graphql?query={images{totalCount}}"),
    ("GET", f"/media/{IMAGE}/thumb"),
    ("GET", f"/media/{IMAGE}/original"),
    ("PUT", "/upload/x"),
    ("GET", "/metrics"),
    ("GET", "/nowhere"),
)
FOR_ALL = ("/", "/graphql", "/pages/query.css", "/health/live", "/health/ready")


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


async def test_a_request_for_data_without_a_valid_token_is_refused(api: Api) -> None:
    wrong = (bearer(new_token()), bearer("x"), {"authorization": "Basic eDp5"}, {"authorization": ""})
    accepted = ("application/json", "text/event-stream")
    for (method, path), shown, accept in itertools.product(FOR_DATA, ({}, *wrong), accepted):
        answer = await api.anonymous.request(method, path, headers={**shown, "accept": accept})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer realm="Thumper"')
        assert answer.headers["cache-control"] == "no-store"
        (error,) = answer.json()["errors"]
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}
        assert "thumper token create" in error["message"]


async def test_what_is_open_to_all_holds_no_data(api: Api) -> None:
    for path in FOR_ALL:
        for shown in ({}, bearer(new_token())):
            answer = await api.anonymous.get(path, headers={"accept": "text/html", **shown})
            assert answer.status_code == 200, path
    # No watcher runs here. Why it failed is for those who have signed in.
    assert (await api.anonymous.get("/health/ready?all")).json() == {"state": "failed"}
    assert len((await api.http.get("/health/ready?all")).json()["checks"]) > 4


async def _socket_says(api: Api, headers: Mapping[str, str], payload: Any) -> str | int:
    """Return the type of the answer to the first message, or the code with which the connection was closed."""
    address = api.url.replace("http", "ws") + "/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(address, subprotocols=[protocol], additional_headers=headers) as socket:
        try:
            await socket.send(json.dumps({"type": "connection_init"} | payload))
            told: str = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))["type"]
        except ConnectionClosed:
            assert socket.close_code is not None
            assert socket.close_reason == "UNAUTHENTICATED"
            return socket.close_code
        return told


async def test_a_websocket_shows_who_asks_in_its_handshake_or_its_first_message(api: Api) -> None:
    own = headers_at(api.url)
    wrong = bearer(new_token())
    in_payload = {"payload": {"Authorization": own["authorization"]}}
    assert await _socket_says(api, own, {}) == "connection_ack"
    assert await _socket_says(api, own, {"payload": {"other": 1}}) == "connection_ack"
    assert await _socket_says(api, {}, in_payload) == "connection_ack"
    assert await _socket_says(api, {}, {}) == 4401
    assert await _socket_says(api, {}, {"payload": {}}) == 4401
    assert await _socket_says(api, {}, {"payload": wrong}) == 4401
    assert await _socket_says(api, {}, {"payload": {"Authorization": 5}}) == 4401
    assert await _socket_says(api, wrong, in_payload) == 4401
    assert await _socket_says(api, own, {"payload": wrong}) == 4401, "a wrong one is never overlooked"


async def test_tokens_count_until_they_expire_or_are_revoked(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert credentials.REMEMBERED_S < 5
    monkeypatch.setattr(credentials, "REMEMBERED_S", 0.0)
    person = await Person.get()
    token, secret = await tokens.issue(person, "sync", [Scope.READ])
    assert (await api.anonymous.post("/graphql", json=QUERY, headers=bearer(secret))).status_code == 200
    await token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.sha256 == hash_of(secret)
    for change in ({"expires_at": seconds_ago(1)}, {"expires_at": None, "revoked_at": seconds_ago(0)}):
        await Token.filter(id=token.id).update(**change)
        assert (await api.anonymous.post("/graphql", json=QUERY, headers=bearer(secret))).status_code == 401


async def test_a_session_lasts_while_it_is_used_and_ends_with_its_person(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "REMEMBERED_S", 0.0)
    person = await Person.create(name="Dale", role="member")
    secret = new_secret()
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=20)
    session = await Session.create(
        sha256=hash_of(secret), person=person, expires_at=soon, user_agent="Firefox"
    )
    cookie = {"cookie": f"a=b; thumper_session_{api.url.rpartition(':')[2]}={secret}; c=d"}
    answer = await api.anonymous.post("/graphql", json=QUERY, headers=cookie)
    assert answer.status_code == 200
    renewed = answer.headers["set-cookie"]
    for word in ("HttpOnly", "SameSite=strict", "Max-Age=7776000", "Path=/", secret):
        assert word in renewed
    assert "Secure" not in renewed, "without TLS a browser would not keep it"
    before = session.created_at
    await session.refresh_from_db()
    assert (session.expires_at - before).days >= 89
    assert "set-cookie" not in (await api.anonymous.post("/graphql", json=QUERY, headers=cookie)).headers
    await Person.filter(id=person.id).update(removed_at=seconds_ago(0))
    assert (await api.anonymous.post("/graphql", json=QUERY, headers=cookie)).status_code == 401
    assert (await api.anonymous.get("/", headers=cookie)).status_code == 200


async def test_every_start_sees_to_it_that_the_command_line_can_sign_in(settings: Settings) -> None:
    path = owner_token_path(settings.home)
    async with running_api(settings):
        first = read_owner_token(settings.home)
        assert path.stat().st_mode & 0o777 == 0o600
        assert await Person.all().values_list("name", "role") == [("owner", "owner")]
    async with running_api(settings):
        assert read_owner_token(settings.home) == first
    path.write_text("nonsense")
    async with running_api(settings) as api:
        second = read_owner_token(settings.home)
        assert second != first
        await api.ask(QUERY["query"])
        assert await Token.filter(revoked_at=None).count() == 1, "the first does not count any more"
        assert await Person.all().count() == 1
        assert secret_is_nowhere(await Token.all().values(), second)


def secret_is_nowhere(rows: list[dict[str, Any]], secret: str) -> bool:
    return secret not in repr(rows) and secret.removeprefix("thm_") not in repr(rows)
