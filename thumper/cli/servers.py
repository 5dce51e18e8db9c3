"""PostgreSQL and Redis for a command that has an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import TypeAlias

from thumper.cli.prepare import prepare
from thumper.embedded.servers import Addresses, running_servers
from thumper.settings import Settings

_Held: TypeAlias = tuple[Settings, asyncio.AbstractEventLoop, asyncio.Event]
"""Settings that name the servers, and the loop and event that let go of them."""


def with_addresses(settings: Settings, addresses: Addresses) -> Settings:
    """Return the settings with both servers named."""
    return settings.model_copy(
        update={"database_url": addresses.database_url, "redis_url": addresses.redis_url}
    )


@contextlib.contextmanager
def servers(settings: Settings) -> Iterator[Settings]:
    """Start or join the servers of this home; provide settings that name them. The schema is up to date.

    They are held by a thread for as long as the context lasts. Raises what starting them raises.
    """
    ready: Future[_Held] = Future()
    over = threading.Event()

    async def hold() -> None:
        stop = asyncio.Event()
        async with running_servers(settings) as addresses:
            named = with_addresses(settings, addresses)
            await prepare(named)
            ready.set_result((named, asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(hold())
        except BaseException as error:  # raised again in the thread that waits for it
            if ready.done():
                raise
            ready.set_exception(error)
        finally:
            over.set()

    thread = threading.Thread(target=run, name="servers")
    try:
        thread.start()
        yield ready.result()[0]
    finally:
        ready.add_done_callback(_let_go)  # at once, or when servers are up that are no longer waited for
        if thread in threading.enumerate():  # join() takes no thread whose start was interrupted
            over.wait()


def _let_go(ready: Future[_Held]) -> None:
    if ready.exception() is None:
        _, loop, stop = ready.result()
        loop.call_soon_threadsafe(stop.set)
