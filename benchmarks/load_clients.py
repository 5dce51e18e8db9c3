"""Clients of a running Thumper in one process: some ask at a steady rate, others follow what is processed.

    python -m benchmarks.load_clients

The first line of its standard input is a `Plan` in JSON. It prints a line once all who follow have their snapshot or
were refused, goes on until its standard input is closed, and then prints what became of everything, as a `Tally` in
JSON. Requests are sent when it is their time, whether or not those before were answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import httpx
import websockets
from websockets.typing import Subprotocol

from benchmarks.many_clients import QUERY

ANSWERED: Final = "answered"
KINDS: Final = ("page", "detail", "counts")
PAGE: Final = """{ images(first: 50) { totalCount pageInfo { hasNextPage endCursor } nodes {
    id fileName takenAt location { name } detections { shown { label } predicted { confidence } } } } }"""
DETAIL: Final = """query ($id: ID!) { image(id: $id) { fileName takenAt state location { name } tags { name }
    detections { shown { label sex lifeStage } predicted { label confidence } box { x y width height } } } }"""
COUNTS: Final = """{ status { imageCounts { total pending processing completed failed } queueDepth }
    shown: images(where: {withoutDetections: false}) { totalCount } }"""
WITHIN_S: Final = 60.0
"""Longest that an answer is waited for."""
KEPT_S: Final = 100.0
"""How long a connection is kept without a request; the server keeps it for 130 s. With a shorter time, and little to
run in, httpcore 1.0 loses requests by itself: it closes a connection as unused that it has just given to a request."""
LATE_S: Final = 0.5
"""How late a request may be sent."""
REFUSED: Final = frozenset({429, 503})
AT_ONCE: Final = 20
"""Connections of followers that are opened at a time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the clients of one process do."""

    url: str
    tokens: tuple[str, ...]
    """They ask in turn."""
    per_second: float
    sockets: int
    streams: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it was sent (seconds since 1970), and what became of it."""

    kind: str
    began_s: float
    took_s: float
    outcome: str


@dataclass(slots=True)
class Followed:
    """One follower: what it was told after its snapshot, and how it ended if it did."""

    images: set[str] = field(default_factory=set)
    ended: str = ""


@dataclass(slots=True)
class Tally:
    """What became of everything."""

    asked: list[Asked] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    """Images that each follower was told of, without those that were ended."""
    ended: list[str] = field(default_factory=list)
    """How followers ended before they were told to."""

    @classmethod
    def read(cls, text: bytes | str) -> Tally:
        """Read what a process of clients printed."""
        said = json.loads(text)
        return cls([Asked(*each) for each in said["asked"]], said["told"], said["ended"])

    def text(self) -> str:
        """Return it as a process prints it."""
        asked = [[each.kind, each.began_s, each.took_s, each.outcome] for each in self.asked]
        return json.dumps({"asked": asked, "told": self.told, "ended": self.ended})


def outcome_of(answer: httpx.Response) -> str:
    """Return `answered`, or status, code and whether it says when to come again: `503 OVERLOADED, retry`."""
    said = _said(answer.content)
    if answer.status_code == httpx.codes.OK and not said.get("errors") and said.get("data"):
        return ANSWERED
    return _refusal(answer.status_code, _code_of(said), answer.headers.get("retry-after"))


def _refused_handshake(answer: websockets.Response) -> str:
    """Return what a WebSocket was answered that was not opened, as `outcome_of` does."""
    said = _said(bytes(answer.body or b""))
    return _refusal(answer.status_code, _code_of(said), answer.headers.get("retry-after"))


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _code_of(said: dict[str, Any]) -> str | None:
    codes = [error.get("extensions", {}).get("code") for error in said.get("errors", [])]
    return codes[0] if codes else None


def _refusal(status: int, code: str | None, retry_after: str | None) -> str:
    comes_again = status in REFUSED and retry_after is not None and retry_after.isdigit()
    return f"{status} {code or 'without a code'}{', retry' if comes_again else ''}"


def is_refusal(outcome: str) -> bool:
    """Return whether somebody was turned away as it is documented, and told when to come again."""
    return outcome.endswith(", retry")


class Asking:
    """Sends requests at their times."""

    def __init__(self, plan: Plan, tally: Tally) -> None:
        self._plan, self._tally = plan, tally
        self._image_id: str | None = None
        self._http = httpx.AsyncClient(
            base_url=plan.url,
            timeout=WITHIN_S,
            limits=httpx.Limits(
                max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEPT_S
            ),
        )

    async def go_on(self, stop: asyncio.Event) -> None:
        """Ask until told to stop, and wait for the last answers."""
        clock = asyncio.get_running_loop().time
        began_s = clock()
        async with self._http, asyncio.TaskGroup() as tasks:
            for number in itertools.count():
                wait_s = began_s + number / self._plan.per_second - clock()
                if (
                    wait_s < -LATE_S
                ):  # this process was given no time: what it missed it does not send at once
                    began_s, wait_s = began_s - wait_s, 0.0
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), max(wait_s, 0))
                if stop.is_set():
                    break
                tasks.create_task(self._ask(KINDS[number % len(KINDS)], number))

    async def _ask(self, kind: str, number: int) -> None:
        if kind == "detail" and self._image_id is None:
            kind = "page"
        tokens = self._plan.tokens
        headers = {"authorization": f"Bearer {tokens[number % len(tokens)]}"}
        began_s, clock_s = time.time(), time.perf_counter()
        try:
            answer = await self._http.post("/graphql", json=self._body(kind), headers=headers)
        except httpx.HTTPError as error:
            outcome = f"no answer: {type(error).__name__}"
        else:
            outcome = outcome_of(answer)
            if kind == "page" and outcome == ANSWERED and (nodes := answer.json()["data"]["images"]["nodes"]):
                self._image_id = nodes[0]["id"]
        self._tally.asked.append(Asked(kind, began_s, time.perf_counter() - clock_s, outcome))

    def _body(self, kind: str) -> dict[str, Any]:
        if kind == "detail":
            return {"query": DETAIL, "variables": {"id": self._image_id}}
        return {"query": PAGE if kind == "page" else COUNTS}


class Following:
    """One follower of `imageProcessed`."""

    def __init__(self, plan: Plan, token: str) -> None:
        self._plan = plan
        self._headers = {"authorization": f"Bearer {token}"}
        self.seen = Followed()
        self.ready = asyncio.Event()

    async def follow(self, gate: asyncio.Semaphore, *, streamed: bool) -> None:
        """Follow until cancelled, or until the server ends it."""
        await gate.acquire()
        opening = asyncio.create_task(self._free(gate))
        try:
            self.seen.ended = await (self._stream() if streamed else self._socket())
        except websockets.InvalidStatus as error:
            self.seen.ended = _refused_handshake(error.response)
        except (OSError, TimeoutError, httpx.HTTPError, websockets.WebSocketException) as error:
            self.seen.ended = f"lost: {type(error).__name__}"
        finally:
            self.ready.set()
            await opening

    async def _free(self, gate: asyncio.Semaphore) -> None:
        await self.ready.wait()
        gate.release()

    def _note(self, data: dict[str, Any]) -> None:
        message = data["imageProcessed"]
        if message["snapshot"]:
            self.ready.set()
        else:
            self.seen.images.update(image["id"] for image in message["images"])

    async def _socket(self) -> str:
        async with websockets.connect(
            self._plan.url.replace("http", "ws", 1) + "/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            additional_headers=self._headers,
            compression=None,
            open_timeout=WITHIN_S,
            ping_timeout=WITHIN_S,
        ) as connection:
            try:
                await connection.send(json.dumps({"type": "connection_init"}))
                await connection.recv()
                await connection.send(
                    json.dumps({"id": "1", "type": "subscribe", "payload": {"query": QUERY}})
                )
                async for raw in connection:
                    reply = json.loads(raw)
                    if reply["type"] == "error":
                        return f"error {reply['payload'][0]['extensions']['code']}, retry"
                    if reply["type"] == "next":
                        self._note(reply["payload"]["data"])
            except websockets.ConnectionClosed:
                pass
            closed = connection.close_code, connection.close_reason
            turned_away = closed in {(1013, "TOO_MANY_SOCKETS"), (1013, "TOO_MANY_REQUESTS")}
            return f"closed {closed[0]} {closed[1]}{', retry' if turned_away else ''}"

    async def _stream(self) -> str:
        headers = self._headers | {"accept": "text/event-stream"}
        timeout = httpx.Timeout(WITHIN_S, read=None)
        async with (
            httpx.AsyncClient(base_url=self._plan.url, timeout=timeout) as http,
            http.stream("POST", "/graphql", json={"query": QUERY}, headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                return outcome_of(answer)
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    self._note(json.loads(line.removeprefix("data: "))["data"])
            return "the stream ended"


async def run(plan: Plan) -> Tally:
    """Ask and follow until the standard input is closed."""
    tally, stop, gate = Tally(), asyncio.Event(), asyncio.Semaphore(AT_ONCE)
    followers = [
        Following(plan, plan.tokens[number % len(plan.tokens)])
        for number in range(plan.sockets + plan.streams)
    ]
    following = [
        asyncio.create_task(each.follow(gate, streamed=number >= plan.sockets))
        for number, each in enumerate(followers)
    ]
    asking = asyncio.create_task(Asking(plan, tally).go_on(stop))
    for each in followers:
        await each.ready.wait()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    stop.set()
    await asking
    tally.told = [len(each.seen.images) for each in followers if not each.seen.ended]
    tally.ended = [each.seen.ended for each in followers if each.seen.ended]
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return tally


def written(plan: Plan) -> bytes:
    """Return the line that a process of clients is told first."""
    return json.dumps(asdict(plan)).encode() + b"\n"


if __name__ == "__main__":
    print(asyncio.run(run(Plan(**json.loads(sys.stdin.readline())))).text(), flush=True)
