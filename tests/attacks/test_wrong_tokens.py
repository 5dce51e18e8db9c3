"""Wrong tokens: they learn nothing, cost their own address alone, and leave no trace that could be used."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any, Final

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from tests.api import Api, running_api
from tests.live import subscribed
from tests.people import make_asker
from thumper.domain.secret import new_token
from thumper.settings import Settings
from thumper.store.models import AuditEntry, Token
from thumper.store.postgres.clock import NOW

QUERY: Final = {"query": "{ images { totalCount } }"}
STATUS: Final = "subscription { status { seq } }"


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


async def asked(http: httpx.AsyncClient, headers: dict[str, str]) -> httpx.Response:
    return await http.post("/graphql", json=QUERY, headers=headers)


async def test_a_flood_of_wrong_tokens_slows_down_its_address_and_nobody_else(api: Api) -> None:
    ann = await make_asker("Ann")
    flood = [await asked(api.anonymous, bearer(new_token())) for _ in range(40)]
    assert Counter(answer.status_code for answer in flood) == {401: 20, 429: 20}
    last = flood[-1]
    assert last.json()["errors"][0]["extensions"] == {"code": "TOO_MANY_REQUESTS"}
    assert 1 <= int(last.headers["retry-after"]) <= 10
    # A valid one from there is answered, a wrong one from elsewhere is told that it is wrong, and the page is there.
    assert (await asked(api.anonymous, ann.headers)).status_code == 200
    elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
    async with httpx.AsyncClient(base_url=api.url, transport=elsewhere) as other:
        assert (await asked(other, bearer(new_token()))).status_code == 401
        assert (await asked(other, ann.headers)).status_code == 200
    page = {"accept": "text/html", **bearer(new_token())}
    assert (await api.anonymous.get("/", headers=page)).status_code == 200
    assert await socket_closes(api, {"authorization": f"Bearer {new_token()}"}) == (1013, "TOO_MANY_REQUESTS")
    written = await AuditEntry.filter(action="signIn").values_list("address", "outcome")
    assert Counter(written) == {("127.0.0.1", "UNAUTHENTICATED"): 5, ("127.0.0.2", "UNAUTHENTICATED"): 1}


async def socket_closes(api: Api, payload: dict[str, str]) -> tuple[int, str]:
    """Return with what a WebSocket is closed whose first message says who asks."""
    address = api.url.replace("http", "ws") + "/graphql"
    async with websockets.connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def test_unknown_revoked_and_expired_tokens_are_answered_alike(api: Api) -> None:
    revoked, expired = await make_asker("Ann"), await make_asker("Bob")
    await Token.filter(id=revoked.token_id).update(revoked_at=NOW)
    await Token.filter(id=expired.token_id).update(expires_at=NOW)
    wrong = (new_token(), revoked.secret, expired.secret, f"{revoked.secret}0", "thm_")
    answers = [await asked(api.anonymous, bearer(secret)) for secret in wrong]
    own = {"date", "x-request-id"}
    told = {
        (answer.content, *(each for each in answer.headers.items() if each[0] not in own))
        for answer in answers
    }
    assert len(told) == 1


@pytest.mark.parametrize("name", ["access_token", "token", "authorization", "Authorization", "key"])
async def test_a_token_in_an_address_or_in_another_place_counts_nothing(api: Api, name: str) -> None:
    ann = await make_asker("Ann")
    ways: list[dict[str, Any]] = [
        {"params": {name: ann.secret, **QUERY}},
        {"params": {name: f"Bearer {ann.secret}", **QUERY}},
        {"params": QUERY, "headers": {f"x-{name}": ann.secret, "cookie": f"{name}={ann.secret}"}},
        {"params": QUERY, "headers": {"authorization": f"Basic {ann.secret}"}},
    ]
    for way in ways:
        assert (await api.anonymous.get("/graphql", **way)).status_code == 401
    assert (await api.anonymous.get(f"/metrics?{name}={ann.secret}")).status_code == 401


async def test_who_asks_too_much_is_told_when_to_come_again_over_each_transport(settings: Settings) -> None:
    few = settings.model_copy(update={"member_requests_per_s": 1.0})
    async with running_api(few) as api:
        ann, bob = await make_asker("Ann"), await make_asker("Bob")
        statuses = [(await asked(api.anonymous, ann.headers)).status_code for _ in range(12)]
        assert statuses == [200] * 10 + [429] * 2
        events = {"accept": "text/event-stream", **ann.headers}
        answer = await api.anonymous.post("/graphql", json={"query": STATUS}, headers=events)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
            429,
            "TOO_MANY_REQUESTS",
        )
        assert 1 <= int(answer.headers["retry-after"]) <= 10
        async with subscribed(api.url, STATUS, headers=bob.headers) as his:
            await his.next()
            codes = [await operation(his.socket, str(number)) for number in range(10, 20)]
            assert codes == [None] * 8 + ["TOO_MANY_REQUESTS"] * 2, (
                "the handshake and the subscription were two"
            )
        assert (await asked(api.http, {})).status_code == 200, "the owner at the machine has no limit"


async def operation(socket: websockets.ClientConnection, number: str) -> str | None:
    """Return the code with which a query over a WebSocket is refused; None when it is answered."""
    payload = {"query": "{ __typename }"}
    await socket.send(json.dumps({"id": number, "type": "subscribe", "payload": payload}))
    while True:
        told = json.loads(await asyncio.wait_for(socket.recv(), 60))
        if told["id"] == number and told["type"] == "error":
            return str(told["payload"][0]["extensions"]["code"])
        if told["id"] == number and told["type"] == "complete":
            return None


async def test_pictures_are_counted_apart(settings: Settings) -> None:
    async with running_api(
        settings.model_copy(update={"guest_requests_per_s": 0.1, "member_requests_per_s": 0.1})
    ) as api:
        ann = await make_asker("Ann")
        pictures = [
            (await api.anonymous.get("/media/x/thumb", headers=ann.headers)).status_code for _ in range(11)
        ]
        assert pictures[-1] == 429
        assert 429 not in pictures[:-1]
        others = [(await asked(api.anonymous, ann.headers)).status_code for _ in range(2)]
        assert others == [200, 429]
