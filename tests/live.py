"""Clients that follow a subscription: over WebSocket (graphql-transport-ws), and as a stream of events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final
from uuid import UUID

import httpx
import websockets
from websockets.typing import Subprotocol

from tests.patience import PATIENCE_S
from tests.sign_in import headers_at
from thumper.graphql.relay.identity import decode


class Subscriber:
    """One subscription on a connection of its own; `times` are those of arrival."""

    def __init__(self) -> None:
        self.times: list[float] = []

    async def receive(self) -> dict[str, Any]:
        """Return the next message as WebSocket has it: `type` and `payload`."""
        raise NotImplementedError

    def abort(self) -> None:
        """Cut the line."""
        raise NotImplementedError

    async def reply(self, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Return the next protocol message."""
        reply = await asyncio.wait_for(self.receive(), within_s)
        self.times.append(asyncio.get_running_loop().time())
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


class SocketSubscriber(Subscriber):
    """Over WebSocket."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        super().__init__()
        self.socket = socket

    async def receive(self) -> dict[str, Any]:
        reply: dict[str, Any] = json.loads(await self.socket.recv())
        return reply

    def abort(self) -> None:
        self.socket.transport.abort()


class EventSubscriber(Subscriber):
    """As a stream of events; `last_id` is the id of the newest one."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.last_id: str | None = None
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._response = response
        self.reading = asyncio.create_task(self._read())

    async def receive(self) -> dict[str, Any]:
        event = await self._events.get()
        self.last_id = event.get("id", self.last_id)
        return event

    def abort(self) -> None:
        """Leave it to the end of the context: httpx closes the connection without having read it."""

    async def _read(self) -> None:
        text = b""
        async for part in self._response.aiter_bytes():
            *events, text = (text + part).split(b"\n\n")
            for event in events:
                lines = [line for line in event.decode().split("\n") if not line.startswith(":")]
                fields = dict(line.split(": ", 1) for line in lines)
                # A `next` with errors alone is what WebSocket calls `error`.
                payload = json.loads(fields["data"] or "{}")
                refused = "data" not in payload and "errors" in payload
                kind = "error" if refused else fields["event"]
                self._events.put_nowait(
                    fields | {"type": kind, "payload": payload["errors"] if refused else payload}
                )


@contextlib.asynccontextmanager
async def subscribed(url: str, query: str, **variables: Any) -> AsyncIterator[SocketSubscriber]:
    address = url.replace("http", "ws", 1) + "/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with websockets.connect(
        address, subprotocols=[protocol], close_timeout=1, additional_headers=headers_at(url)
    ) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield SocketSubscriber(connection)


@contextlib.asynccontextmanager
async def streamed(
    url: str, query: str, *, last_id: str | None = None, **variables: Any
) -> AsyncIterator[EventSubscriber]:
    headers = headers_at(url) | {"accept": "text/event-stream"}
    headers |= {} if last_id is None else {"last-event-id": last_id}
    async with (
        httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, headers=headers) as http,
        http.stream("POST", "/graphql", json={"query": query, "variables": variables}) as response,
    ):
        assert response.status_code == 200, await response.aread()
        subscriber = EventSubscriber(response)
        try:
            yield subscriber
        finally:
            subscriber.reading.cancel()
            await asyncio.wait({subscriber.reading})


FOLLOWED: Final[dict[str, Callable[..., contextlib.AbstractAsyncContextManager[Subscriber]]]] = {
    "websocket": subscribed,
    "events": streamed,
}
"""The transports, which a client may change as it likes."""


async def asked_over_websocket(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """Return the whole answer to a query or mutation."""
    async with subscribed(url, query, **variables) as asking:
        reply = await asking.reply()
        assert reply["type"] == "next", reply
        answer: dict[str, Any] = reply["payload"]
        return answer


def uuids(nodes: Sequence[dict[str, Any]], type_name: str = "Image") -> list[UUID]:
    return [decode(node["id"], type_name) for node in nodes]
