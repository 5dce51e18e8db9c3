"""`thumper healthcheck`, as the container's health check runs it."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.api import running_api
from thumper.cli.healthcheck import healthcheck
from thumper.errors import ServiceDownError
from thumper.settings import Settings


def _ask(port: int, home: object, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in {"port": str(port), "home": str(home), **settings}.items():
        monkeypatch.setenv(f"THUMPER_{name.upper()}", value)
    healthcheck()


async def test_an_api_that_can_work_is_well_wherever_it_listens(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_api(settings.model_copy(update={"base_path": "/thumper"})) as api:
        port = int(api.url.rpartition(":")[2])
        more = {"host": "0.0.0.0", "base_path": "/thumper"}
        await asyncio.to_thread(_ask, port, settings.home, monkeypatch, **more)


async def test_an_api_that_cannot_work_and_one_that_is_not_there_are_told_apart(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with pytest.raises(ServiceDownError, match="does not answer at"):
        await asyncio.to_thread(_ask, port, tmp_path, monkeypatch)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ServiceDownError, match="cannot work"):
            await asyncio.to_thread(_ask, port, tmp_path, monkeypatch)
