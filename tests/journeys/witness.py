"""A live client over `graphql-transport-ws` that writes down what it was told."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any, Self

import websockets

from tests.sign_in import owner_headers
from thumper.settings import Settings

IMAGES = """
subscription($after: BigInt) { imageProcessed(after: $after) { seq snapshot images { id fileName state } } }
"""


class Witness:
    """Watches `imageProcessed` in a thread of its own, and resumes when it is cut off."""

    def __init__(self, settings: Settings) -> None:
        """Remember whose API it is; nothing is connected yet."""
        self._settings = settings
        self.images: list[tuple[str, str]] = []
        """(file name, state) of every image, as often as it was told."""
        self.most_per_message = 0
        self.seqs: list[int] = []
        self._listening = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True)

    def __enter__(self) -> Self:
        """Connect, and return once the first snapshot is there."""
        self._thread.start()
        assert self._listening.wait(30), "no snapshot came"
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._stop.set()
        self._thread.join(10)

    async def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                await self._listen()
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(
            f"ws://127.0.0.1:{self._settings.port}/graphql",
            subprotocols=[protocol],
            additional_headers=owner_headers(self._settings),
            max_size=None,
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            after = self.seqs[-1] if self.seqs else None
            payload = {"query": IMAGES, "variables": {"after": after}}
            while not self._stop.is_set():
                try:
                    message = json.loads(await asyncio.wait_for(socket.recv(), 0.2))
                except TimeoutError:
                    continue
                if message["type"] == "connection_ack":
                    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
                elif message["type"] == "next":
                    self._note(message["payload"])
                elif message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))

    def _note(self, payload: dict[str, Any]) -> None:
        assert not payload.get("errors"), payload
        told = payload["data"]["imageProcessed"]
        self.seqs.append(int(told["seq"]))
        self.images += [(image["fileName"], image["state"]) for image in told["images"]]
        self.most_per_message = max(self.most_per_message, len(told["images"]))
        self._listening.set()
