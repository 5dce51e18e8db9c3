"""A command that is interrupted while its servers start ends, and so do the servers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator

import pytest

from thumper.cli import servers
from thumper.embedded.servers import Addresses
from thumper.settings import Settings


def test_an_interrupt_while_servers_start_ends_them_and_the_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting, ended = threading.Event(), threading.Event()

    @contextlib.asynccontextmanager
    async def start_slowly(_: Settings) -> AsyncIterator[Addresses]:
        starting.set()
        await asyncio.sleep(0.5)
        yield Addresses(settings.postgres_url, str(settings.redis_url), owned=True)
        ended.set()

    def interrupt() -> None:
        starting.wait()
        os.kill(os.getpid(), signal.SIGINT)

    def run() -> None:
        threading.Thread(target=interrupt).start()
        with servers.servers(settings):
            pytest.fail("the command went on")

    monkeypatch.setattr(servers, "running_servers", start_slowly)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run()
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.is_set()
