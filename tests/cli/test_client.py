"""A command's connection to the API ends when it is told to, wherever it is just then."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport

from thumper.cli.client import follow
from thumper.errors import ServiceDownError
from thumper.settings import Settings


@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_cancellation_at_the_moment_in_which_connecting_fails_is_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    async def fail(_transport: WebsocketsTransport) -> None:
        task = asyncio.current_task()
        if cancelled and task is not None:
            task.cancel()  # asyncio.wait_for of Python 3.11 raises what it waited for instead
        raise TransportConnectionFailed

    monkeypatch.setattr(WebsocketsTransport, "connect", fail)

    async def connect() -> None:
        async with aclosing(follow(settings, "subscription { status { seq } }")) as messages:
            with pytest.raises(ServiceDownError):
                await anext(messages)

    task = asyncio.create_task(connect())
    await asyncio.wait({task}, timeout=30)
    assert task.cancelled() is cancelled
