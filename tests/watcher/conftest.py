"""A watcher that runs in the test's own loop, over a drop folder and a fresh database."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio

from tests.patience import PATIENCE_S
from tests.pipeline import use_detector
from thumper.domain.progress import WAITING, SourceKind, SourceState, WatchMode
from thumper.ingest.context import IngestContext
from thumper.settings import Settings
from thumper.store.files import receipts
from thumper.store.files.receipts import ItemisedReceipt
from thumper.store.models import Dump, File, Source
from thumper.watcher.daemon import watch
from thumper.watcher.root import Health


class Watching:
    """One drop folder and its watcher."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.drop = settings.drop_dir
        self.health = Health()
        self._context = IngestContext.of(settings)
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def change(self, **settings: object) -> None:
        """Change settings; call it before the start."""
        self.settings = self.settings.model_copy(update=settings)
        self._context = IngestContext.of(self.settings)

    def start(self) -> None:
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(watch(self._context, stop=self._stop, health=self.health))

    async def stop(self) -> None:
        if self._task is not None:
            self._stop.set()
            await asyncio.wait_for(self._task, PATIENCE_S)
            self._task = None

    async def cut_off(self) -> None:
        """End the watch as the process does when a turn does not end by itself."""
        assert self._task is not None
        self._task.cancel()
        done, _ = await asyncio.wait({self._task}, timeout=PATIENCE_S)
        assert done, "it does not end"
        self._task = None

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            await self.stop()
        await self._context.wakeup.close()

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while not await condition():
            if self._task is not None and self._task.done():
                self._task.result()
            assert time.monotonic() < give_up_at, f"waited in vain; {await self.states()}, {self.health}"
            await asyncio.sleep(0.05)

    async def until_settled(self, count: int) -> None:
        """Wait until `count` files have their final state and every dump has settled."""

        async def settled() -> bool:
            done = await File.exclude(state__in=WAITING).count()
            waiting = await File.filter(state__in=WAITING).exists()
            return done >= count and not waiting and not await Dump.filter(settled_at=None).exists()

        await self.until(settled)

    async def states(self) -> dict[str, str]:
        """Return the state of each live row, with its reason if it has one, by display path."""
        return {
            file.display_path: file.state.value + (f" {file.reason}" if file.reason else "")
            for file in await File.filter(live=True)
        }

    async def receipt(self, folder: str, *, number: int = 1) -> ItemisedReceipt:
        dump = await Dump.get(display_folder=folder, number=number)
        return await receipts.itemised(dump.id)

    async def until_watched(self, mode: WatchMode) -> Source:
        """Wait until the folder is watched in a mode; events count once a canary has proved that they arrive."""

        found: list[Source] = []

        async def watched() -> bool:
            found[:] = await Source.filter(watch_mode=mode)
            return bool(found) and (mode is WatchMode.POLLING or found[0].canary_at is not None)

        await self.until(watched)
        return found[0]

    async def until_source_is(self, state: SourceState) -> None:
        """Wait until the drop folder is online or offline."""

        async def reached() -> bool:
            return (await self.source()).state is state

        await self.until(reached)

    async def source(self) -> Source:
        return await Source.get(kind=SourceKind.DROP)

    def put(self, path: str, content: bytes) -> Path:
        target = self.drop / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target


@pytest_asyncio.fixture
async def watching(database: str, settings: Settings) -> AsyncIterator[Watching]:
    """Yield a watcher that is not started yet; its drop folder exists."""
    await use_detector()
    settings.drop_dir.mkdir(parents=True)
    watching = Watching(settings)
    yield watching
    await watching.close()


async def rescanned(watching: Watching) -> None:
    """Wait for two whole scans from now on."""
    for _ in range(2):
        before = (await watching.source()).last_scan_at

        async def scanned(before: object = before) -> bool:
            return (await watching.source()).last_scan_at != before

        await watching.until(scanned)
