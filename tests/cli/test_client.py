"""The command line's client ends when it is told to, also in the midst of connecting."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import aclosing

from tests.journeys.conftest import free_port
from tests.patience import PATIENCE_S
from thumper.cli.client import follow
from thumper.errors import ThumperError
from thumper.settings import Settings

TRIES = 120
"""Of that many cancellations in the first 60 ms the client library lost 4 on a busy machine."""


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
