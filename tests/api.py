"""A real API server on a real socket, inside the test's own process and loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest_asyncio
import uvicorn

from tests.sign_in import owner_headers, served_at
from thumper.settings import Settings
from thumper.web.app import create_app
from thumper.web.main import server_config

UNKNOWN_WORD: Final = re.compile(
    r"^(Cannot query field|Unknown (argument|type|fragment))|is not defined by type"
)
"""What GraphQL says of a query that is not of this schema: such a test would pass whatever the server did."""


@dataclass(frozen=True, slots=True)
class Api:
    """The address of an API, and a client of it."""

    url: str
    http: httpx.AsyncClient
    """Of the owner."""
    anonymous: httpx.AsyncClient
    """Of one who has not signed in."""

    async def post(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the whole answer."""
        # Escaped, so that a test may send half a surrogate pair.
        body = json.dumps({"query": query, "variables": variables})
        answer = await self.http.post("/graphql", content=body, headers={"content-type": "application/json"})
        parsed: dict[str, Any] = answer.json()
        return parsed

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer without errors."""
        answer = await self.post(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def refused(self, query: str, **variables: Any) -> str:
        """Return the code of the only error of an answer; an unknown word is the mistake of the test."""
        answer = await self.post(query, **variables)
        (error,) = answer["errors"]
        assert not UNKNOWN_WORD.search(error["message"]), error
        code: str = error["extensions"]["code"]
        return code


@contextlib.asynccontextmanager
async def running_api(settings: Settings, *, port: int = 0) -> AsyncIterator[Api]:
    """Serve until the context ends, at any port or at that of an API that has ended."""
    # With its protocol, or asyncio leaves TCP_NODELAY off, and an answer in two pieces takes 40 ms more.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the connections of who ended linger
        listener.bind(("127.0.0.1", port))
        port = listener.getsockname()[1]
        settings = settings.model_copy(update={"port": port})
        server = _Server(server_config(create_app(settings), settings))
        serving = asyncio.create_task(server.serve_on(listener))
        while not server.started:
            await asyncio.sleep(0.01)
            if serving.done():
                serving.result()
                raise AssertionError("the server ended before it had started")
        url = f"http://127.0.0.1:{port}"
        try:
            with served_at(url, settings):
                async with (
                    httpx.AsyncClient(base_url=url, timeout=60, headers=owner_headers(settings)) as http,
                    httpx.AsyncClient(base_url=url, timeout=60) as anonymous,
                ):
                    yield Api(url, http, anonymous)
        finally:
            server.ending.set()
            await serving


class _Server(uvicorn.Server):
    """Leaves signals to the test run, and ends at once instead of at the next tick of its clock."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()

    async def serve_on(self, listener: socket.socket) -> None:
        """Serve until `ending`; a start that fails fails the test alone, and not the loop that it runs in."""
        try:
            await self.serve(sockets=[listener])
        except SystemExit as error:
            raise AssertionError("the server did not start: its log says why") from error

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ending.wait()


@pytest_asyncio.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    """A running API on an empty database, whose rows the test makes in the same process."""
    async with running_api(settings) as running:
        yield running
