"""Live clients that lose their connection at random and resume after the last number that they saw."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Self

import websockets

from tests.faults.stage import Stage
from tests.sign_in import owner_headers

IMAGES: Final = (
    "subscription($after: BigInt) { imageProcessed(after: $after) { seq images { id fileName } } }"
)
RECONNECT_S: Final = 0.2
LATEST_S: Final = 20.0
"""When a client must have been told of the last image at the latest, after it has ended."""


class CutOff(Exception):
    """Raised if the server ended the subscription, or the dice say so."""


class Subscriber:
    """Watches `imageProcessed` in a thread of its own, from before the first photo on."""

    def __init__(self, stage: Stage, *, seed: int, longest_s: float = 8.0) -> None:
        """Choose when to hang up: after at most `longest_s` seconds, again and again."""
        self._settings = stage.settings
        self._random = random.Random(seed)
        self._longest_s = longest_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True)
        self.seqs: list[int] = [0]
        self.told: Counter[str] = Counter()
        self.connections = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up for good."""
        self._stop.set()
        self._thread.join(10)

    def violations(self, names: list[str]) -> Iterator[str]:
        """Yield what it was not told of, or not exactly once, or not in order."""
        if missing := [name for name in names if not self.told[name]]:
            yield f"a subscriber was not told of {len(missing)} images, such as {missing[0]}"
        if often := [name for name, times in self.told.items() if times > 1]:
            yield f"a subscriber was told of {len(often)} images more than once, such as {often[0]}"
        if any(later <= earlier for earlier, later in itertools.pairwise(self.seqs)):
            yield "a subscriber got numbers that do not rise"

    async def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._listen(), self._random.uniform(0.5, self._longest_s))
            except (OSError, TimeoutError, CutOff, websockets.WebSocketException):
                await asyncio.sleep(RECONNECT_S)

    async def _listen(self) -> None:
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(
            f"ws://127.0.0.1:{self._settings.port}/graphql",
            subprotocols=[protocol],
            additional_headers=owner_headers(self._settings),
            max_size=None,
        ) as socket:
            self.connections += 1
            await socket.send(json.dumps({"type": "connection_init"}))
            while not self._stop.is_set():
                try:
                    message = json.loads(await asyncio.wait_for(socket.recv(), 0.2))
                except TimeoutError:
                    continue
                if message["type"] == "connection_ack":
                    payload = {"query": IMAGES, "variables": {"after": str(self.seqs[-1])}}
                    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
                elif message["type"] == "next":
                    self._note(message["payload"])
                elif message["type"] in {"error", "complete"}:
                    raise CutOff
                elif message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))

    def _note(self, payload: dict[str, Any]) -> None:
        if payload.get("errors"):
            raise CutOff
        told = payload["data"]["imageProcessed"]
        if told["images"]:
            self.seqs.append(int(told["seq"]))
            self.told.update(image["fileName"] for image in told["images"])
