"""A command's connection to the API ends when it is told to, wherever it is just then."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import aclosing

import pytest
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport

from tests.api import running_api
from tests.factories import make_location
from tests.journeys.conftest import free_port
from tests.patience import PATIENCE_S
from thumper.cli.client import ask, follow, refusal
from thumper.errors import ServiceDownError, ThumperError
from thumper.settings import Settings

TRIES = 120
"""Of that many cancellations in the first 60 ms the client library lost 4 on a busy machine."""


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


async def test_who_asks_again_and_again_ends_whenever_it_is_cancelled(settings: Settings) -> None:
    away = settings.model_copy(update={"port": free_port()})
    asking = [asyncio.create_task(_ask_again_and_again(away)) for _ in range(TRIES)]
    for task in asking:
        await asyncio.sleep(0.0005)
        task.cancel()
    _, left = await asyncio.wait(asking, timeout=PATIENCE_S)
    assert not left


async def _ask_again_and_again(settings: Settings) -> None:
    """Follow an API that is not there, as the display of `thumper up` does while the API starts or ends."""
    while True:
        with contextlib.suppress(ThumperError):
            async with aclosing(follow(settings, "subscription { status { seq } }")) as messages:
                async for _ in messages:
                    pass
        await asyncio.sleep(0.02)


async def test_what_a_name_holds_is_shown_and_not_obeyed(settings: Settings) -> None:
    """Also one from before such names were refused."""
    async with running_api(settings) as api:
        named = settings.model_copy(update={"port": int(api.url.rpartition(":")[2])})
        await make_location("\x1b]0;owned\x07Rid\u202ege", description="two\nlines, 👨\u200d🌾")
        (place,) = (await ask(named, "{ locations { nodes { name description } } }"))["locations"]["nodes"]
    assert place == {"name": r"\x1b]0;owned\x07Rid\u202ege", "description": "two\nlines, 👨\u200d🌾"}
    assert str(refusal([{"message": "no \x1b[31mred"}])) == r"no \x1b[31mred"
