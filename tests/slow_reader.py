"""A client on a bare socket with small buffers, which follows a subscription and reads when it is told to."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from tests.patience import PATIENCE_S
from tests.sign_in import signed


class SlowReader:
    """A client on a bare socket with small buffers, which reads when it is told to."""

    def __init__(self, line: socket.socket, transport: str) -> None:
        self._line = line
        self._transport = transport
        self._text = b""

    @classmethod
    async def open(cls, url: str, transport: str, query: str) -> SlowReader:
        """Subscribe, and read nothing."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        port = urlsplit(url).port
        await loop.sock_connect(line, ("127.0.0.1", port))
        reader = cls(line, transport)
        if transport == "events":
            body = json.dumps({"query": query})
            head = signed(
                url,
                f"POST /graphql HTTP/1.1\r\nhost: localhost:{port}\r\ncontent-type: application/json\r\n"
                f"accept: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n".encode(),
            )
            await reader.send(head + body.encode())
            return reader
        head = signed(
            url,
            f"GET /graphql HTTP/1.1\r\nhost: localhost:{port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n"
            "sec-websocket-protocol: graphql-transport-ws\r\n\r\n".encode(),
        )
        await reader.send(head)
        await reader._until(b"\r\n\r\n")
        await reader.send(frame({"type": "connection_init"}))
        await reader.send(frame({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        return reader

    async def send(self, text: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._line, text)

    async def _has(self, size: int) -> None:
        loop = asyncio.get_running_loop()
        while len(self._text) < size:
            part = await asyncio.wait_for(loop.sock_recv(self._line, 1 << 16), PATIENCE_S)
            assert part, "the server has closed the connection"
            self._text += part

    async def _until(self, mark: bytes) -> bytes:
        while mark not in self._text:
            await self._has(len(self._text) + 1)
        head, self._text = self._text.split(mark, 1)
        return head

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Read all that is there, and what comes later, from now on with a window that does not take minutes."""
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if self._transport == "events":
            await self._until(b"\r\n\r\n")
        async for payload in self._events() if self._transport == "events" else self._frames():
            yield payload["data"]["imageProcessed"]

    async def _events(self) -> AsyncIterator[dict[str, Any]]:
        text = b""
        while True:
            size = int(await self._until(b"\r\n"), 16)
            await self._has(size + 2)
            text += self._text[:size]
            self._text = self._text[size + 2 :]
            while b"\n\n" in text:
                event, text = text.split(b"\n\n", 1)
                yield json.loads(event.split(b"data: ", 1)[1])

    async def _frames(self) -> AsyncIterator[dict[str, Any]]:
        while True:
            await self._has(2)
            kind, size = self._text[0], self._text[1]
            more = {126: 2, 127: 8}.get(size, 0)
            await self._has(2 + more)
            size = int.from_bytes(self._text[2 : 2 + more], "big") if more else size
            await self._has(2 + more + size)
            text = self._text[2 + more : 2 + more + size]
            self._text = self._text[2 + more + size :]
            if kind == 0x81 and (message := json.loads(text))["type"] == "next":
                yield message["payload"]

    def close(self) -> None:
        self._line.close()


def frame(message: dict[str, Any]) -> bytes:
    """Return a short text frame of a client, masked with zeros."""
    text = json.dumps(message).encode()
    size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + text
