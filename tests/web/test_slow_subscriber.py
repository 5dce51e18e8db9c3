"""A subscriber that never reads costs little, hinders no other, and has missed nothing when it reads again."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.live import FOLLOWED, Subscriber
from tests.patience import PATIENCE_S, until
from tests.sign_in import served_at
from tests.slow_reader import SlowReader
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.settings import Settings
from thumper.store.feed import feed
from thumper.store.models import Dump

SERVE = (
    "import sys; from thumper.settings import Settings; from thumper.web.main import main;"
    " sys.exit(main(Settings.from_env()))"
)
AT_ONCE = 250
"""Images in one message, the most there are."""
MOST_MB = 2.0
OF_EACH = 4
WARM_TURNS = 3
TURNS = 6
FILE = "x" * 120
QUERY = (
    "subscription { imageProcessed { seq images { id "
    + " ".join(f"a{n}: fileName" for n in range(14))
    + " } } }"
)
"""An answer of half a megabyte: all messages together are 8 MB a subscriber."""


@contextlib.contextmanager
def served(settings: Settings, home: Path) -> Iterator[tuple[str, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = settings.model_copy(update={"port": probe.getsockname()[1]})
    with (home / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE], env=settings.as_environment(), stdout=log, stderr=log
        )
        try:
            with served_at(settings.api_url, settings):
                yield settings.api_url, psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_S)


async def tell(ids: list[UUID], dump: Dump) -> int:
    """Complete all images once more; return the number of the last event."""
    async with in_transaction("default") as transaction:
        await feed.append(
            transaction,
            [
                FeedEntry(kind=FeedKind.IMAGE_PROCESSED, image_id=image_id, dump_id=dump.id)
                for image_id in ids
            ],
        )
    return await feed.latest()


async def caught_up(reader: SlowReader, newest: int) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = []
    async for message in reader.messages():
        got.append(message)
        if message["seq"] >= newest:
            break
    return got


async def lives(url: str) -> bool:
    async with httpx.AsyncClient() as http:
        with contextlib.suppress(httpx.TransportError):
            return (await http.get(f"{url}/health/live")).status_code == 200
    return False


@dataclass
class Audience:
    """Those who read all the time, and what they are told."""

    dump: Dump
    ids: list[UUID]
    readers: list[Subscriber]
    newest: int = 0

    async def turn(self) -> None:
        """Complete all images once more, and wait until those who read have heard it."""
        self.newest = await tell(self.ids, self.dump)
        for reader in self.readers:
            while (await reader.next())["seq"] < self.newest:
                pass


@pytest.mark.slow
async def test_one_that_never_reads_costs_two_megabytes_at_most_and_misses_nothing(
    database: str, settings: Settings, tmp_path: Path
) -> None:
    assert database
    dump = await make.make_dump()
    ids = [image.id for image in await make.make_images(dump, AT_ONCE, file_name=FILE)]
    async with contextlib.AsyncExitStack() as stack:
        url, server = stack.enter_context(served(settings, tmp_path))
        await until(partial(lives, url))
        readers = [await stack.enter_async_context(follow(url, QUERY)) for follow in FOLLOWED.values()]
        audience = Audience(dump, ids, readers)
        for _ in range(WARM_TURNS):
            await audience.turn()
        before = server.memory_info().rss
        slow: list[SlowReader] = []
        for number in range(TURNS):
            if number < OF_EACH:  # each stops at a place of its own, so that it shares nothing
                for transport in FOLLOWED:
                    slow.append(await SlowReader.open(url, transport, QUERY))
                    stack.callback(slow[-1].close)
            await audience.turn()
        cost_mb = (server.memory_info().rss - before) / 1e6 / len(slow)
        assert cost_mb <= MOST_MB
        for number, reader in enumerate(slow):
            got = await caught_up(reader, audience.newest)
            numbers = [message["seq"] for message in got]
            assert numbers == sorted(set(numbers))
            assert len({image["id"] for image in got[-1]["images"]}) == AT_ONCE
            if number < len(
                FOLLOWED
            ):  # the first ones: the others were not there when the first messages came
                assert len(got) < TURNS
