"""A client that speaks graphql-transport-ws."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import websockets
from websockets.typing import Subprotocol

from tests.patience import PATIENCE_S
from thumper.graphql.relay.identity import decode


@dataclass
class Subscriber:
    """One subscription on a connection of its own; `times` are those of arrival."""

    socket: websockets.ClientConnection
    times: list[float] = field(default_factory=list)

    async def reply(self, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Return the next protocol message."""
        raw = await asyncio.wait_for(self.socket.recv(), within_s)
        self.times.append(asyncio.get_running_loop().time())
        reply: dict[str, Any] = json.loads(raw)
        return reply

    async def next(self, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Return the next message of the subscription's only field."""
        reply = await self.reply(within_s=within_s)
        assert reply["type"] == "next", reply
        assert "errors" not in reply["payload"], reply
        message: dict[str, Any] = next(iter(reply["payload"]["data"].values()))
        return message

    async def silent(self, *, for_s: float) -> bool:
        """Return whether nothing arrives for a while."""
        try:
            await self.next(within_s=for_s)
        except TimeoutError:
            return True
        return False


@contextlib.asynccontextmanager
async def subscribed(url: str, query: str, **variables: Any) -> AsyncIterator[Subscriber]:
    address = url.replace("http", "ws", 1) + "/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with websockets.connect(address, subprotocols=[protocol], close_timeout=1) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield Subscriber(connection)


async def asked_over_websocket(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """Return the whole answer to a query or mutation."""
    async with subscribed(url, query, **variables) as asking:
        reply = await asking.reply()
        assert reply["type"] == "next", reply
        answer: dict[str, Any] = reply["payload"]
        return answer


def uuids(nodes: Sequence[dict[str, Any]], type_name: str = "Image") -> list[UUID]:
    return [decode(node["id"], type_name) for node in nodes]
