"""Listening for growth of the feed, on a connection of its own.

A notification carries no events: readers that are woken read the feed. While the connection is down none is woken, so
readers also look by themselves now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import structlog

from thumper.background import set_within
from thumper.store.feed.feed import CHANNEL
from thumper.store.postgres.connect import CONNECT_S, DEAD_CLIENT_SETTINGS, OUTAGES
from thumper.store.postgres.outage import Outage, says

log = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 2.0
"""Pauses between attempts to connect, doubling from the first to the longest."""

CHECK_EVERY_S: Final = 5.0
"""How often a silent connection is asked whether it still lives: a cut cable raises nothing."""

ANSWER_S: Final = 3.0
"""How long the answer may take."""


async def keep_listening(url: str, wake: Callable[[], None]) -> None:
    """Call `wake` after every growth of the feed and after every (re)connection, until cancelled."""
    told = says("cannot hear of new events; looking for them")
    outage = Outage(pause_s=FIRST_PAUSE_S, longest_s=LONGEST_PAUSE_S, tell=told)
    while True:
        try:
            await _listen(url, wake)
        except OUTAGES as error:
            await outage.pause(error)
        else:
            log.warning("the connection that hears of new events was closed; connecting again")
            outage.over()
            await outage.pause()


async def _listen(url: str, wake: Callable[[], None]) -> None:
    """Listen until the connection ends."""
    about = DEAD_CLIENT_SETTINGS | {"application_name": "thumper feed"}
    connection = await asyncpg.connect(url, timeout=CONNECT_S, server_settings=about)
    try:
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _connection: ended.set())
        await connection.add_listener(CHANNEL, lambda *_notification: wake())
        wake()
        while not connection.is_closed():
            if await set_within(ended, CHECK_EVERY_S):
                return
            await connection.execute("SELECT 1", timeout=ANSWER_S)
    finally:
        connection.terminate()
