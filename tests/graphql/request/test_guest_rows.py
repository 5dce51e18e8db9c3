"""Over whatever transport a guest asks, and however they say who they are, they read the rows of guests."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from tests import factories as make
from tests.api import Api
from thumper.domain.access import SCOPES_OF, Role
from thumper.graphql.relay.identity import encode
from thumper.store.access import people, tokens

QUERY = "{ locations { totalCount nodes { name coordinates { latitude longitude roundedToDegrees } } } }"
SEEN = {
    "locations": {
        "totalCount": 1,
        "nodes": [
            {
                "name": "Creek",
                "coordinates": {"latitude": 30.3, "longitude": -97.7, "roundedToDegrees": 0.1},
            }
        ],
    }
}


@pytest.fixture
async def token(api: Api) -> str:
    """The token of a guest, to whom one of two places is shared."""
    placed = {"latitude": 30.267213, "longitude": -97.743157}
    await make.make_location("Creek", shared=True, **placed)
    await make.make_location("Hidden", **placed)
    guest = await people.add("neighbour", Role.GUEST)
    return (await tokens.issue(guest, "test", SCOPES_OF[Role.GUEST]))[1]


async def test_over_http(api: Api, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    posted = await api.anonymous.post("/graphql", json={"query": QUERY}, headers=headers)
    gotten = await api.anonymous.get("/graphql", params={"query": QUERY}, headers=headers)
    assert posted.json()["data"] == gotten.json()["data"] == SEEN
    # What the owner asks at the same time, with the same tag for what a guest was told, is not mixed up with it.
    tag = {"if-none-match": gotten.headers["etag"]}
    own = await api.http.get("/graphql", params={"query": QUERY}, headers=tag)
    assert own.status_code == 200
    assert own.json()["data"]["locations"]["totalCount"] == 2
    assert own.json()["data"]["locations"]["nodes"][0]["coordinates"]["roundedToDegrees"] is None


@pytest.mark.parametrize("shown", ["in the handshake", "in the first message"])
async def test_over_websocket(api: Api, token: str, shown: str) -> None:
    said = {"Authorization": f"Bearer {token}"}
    async with websockets.connect(
        api.url.replace("http", "ws", 1) + "/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers=said if shown == "in the handshake" else {},
    ) as socket:
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {} if shown == "in the handshake" else said})
        )
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        for number in range(2):
            await socket.send(
                json.dumps({"id": str(number), "type": "subscribe", "payload": {"query": QUERY}})
            )
            told: dict[str, Any] = json.loads(await socket.recv())
            assert told["payload"]["data"] == SEEN
            assert json.loads(await socket.recv())["type"] == "complete"


async def test_what_is_hidden_is_answered_as_what_never_was(api: Api, token: str) -> None:
    hidden = await make.make_location("Hidden elsewhere")
    image = await make.make_image(await make.make_dump(hidden), location=hidden, created_at=make.NOON)
    async with httpx.AsyncClient(base_url=api.url, headers={"authorization": f"Bearer {token}"}) as guest:

        async def told(query: str) -> str:
            return (await guest.post("/graphql", json={"query": query})).text

        for kind, uuid in (("Location", hidden.id), ("Image", image.id), ("Dump", image.dump_id)):
            asked = '{{ node(id: "{}") {{ id }} }}'
            never = await told(asked.format(encode(kind, make.unknown_id())))
            assert await told(asked.format(encode(kind, uuid))) == never
        by_hash = '{{ image(sha256: "{}") {{ id }} }}'
        assert await told(by_hash.format(image.sha256.hex())) == await told(by_hash.format("0" * 64))
        by_name = '{{ location(name: "{}") {{ id }} }}'
        assert await told(by_name.format("Hidden")) == await told(by_name.format("Nowhere"))
