"""A file system that stops answering, like a share whose server is gone: simulated by calls that block.

The watcher reports it, everything else goes on, nothing piles up, and the watch goes on when answers arrive.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.ingest.conftest import small_jpeg
from tests.patience import PATIENCE_S, until
from tests.watcher.conftest import Watching
from thumper.background import beside
from thumper.domain.progress import ProcessRole, SourceState
from thumper.ingest import admit, examine, walk
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.store.files import retries
from thumper.store.models import File, Process
from thumper.store.status import processes
from thumper.store.status.processes import Life, keep_beating
from thumper.watcher import change_detection, disk, root, scan, watch_loop
from thumper.watcher import retries as watching_retries
from thumper.watcher.retries import keep_readmitting


class Share:
    """A share that lets calls through, or blocks them until it comes back."""

    def __init__(self) -> None:
        self.lost = threading.Event()
        self._back = threading.Event()
        self.waiting = 0

    def call(self) -> None:
        if self.lost.is_set():
            self.waiting += 1
            self._back.wait(60)
            self.waiting -= 1

    def come_back(self) -> None:
        self.lost.clear()
        self._back.set()


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> Iterator[Share]:
    monkeypatch.setattr(disk, "ANSWER_S", 0.5)
    monkeypatch.setattr(disk, "PROBE_S", 0.5)
    monkeypatch.setattr(root, "_LISTEN_S", 0.1)
    share = Share()
    yield share
    share.come_back()


def slowed(share: Share, call: Callable[..., Any]) -> Callable[..., Any]:
    def wait_for_it(*args: Any, **options: Any) -> Any:
        share.call()
        return call(*args, **options)

    return wait_for_it


@pytest.fixture
def hanging_listing(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the share list the folders called `deep`."""
    listing = os.scandir

    def list_folder(path: Any = b".") -> Any:
        if os.fsencode(path).endswith(b"/deep"):
            share.call()
        return listing(path)

    monkeypatch.setattr(os, "scandir", list_folder)
    monkeypatch.setattr(watching_retries, "ASK_S", 0.2)
    monkeypatch.setattr(change_detection, "POLL_S", 0.2)
    monkeypatch.setattr(change_detection, "SHARE_LOOK_S", 0.2)
    monkeypatch.setattr(processes, "BEAT_EVERY_S", 0.5)


@pytest.mark.slow
@pytest.mark.usefixtures("hanging_listing")
async def test_a_scan_that_hangs_midway_is_said_while_all_else_goes_on_and_ends_when_it_is_back(
    watching: Watching, share: Share, tmp_path: Path
) -> None:
    watching.change(watch="polling", rescan_s=0.2)
    watching.put("card/deep/1.jpg", small_jpeg(1))
    watching.start()
    await watching.until_settled(1)
    context = IngestContext.of(watching.settings)
    life = Life(role=ProcessRole.WATCH)
    async with beside(keep_beating(life, watching.health.sign), keep_readmitting(context)):
        share.lost.set()
        watching.put("card/deep/2.jpg", small_jpeg(2))
        await watching.until_source_is(SourceState.OFFLINE)
        note = (await watching.source()).watch_note
        assert note is not None
        assert "does not answer. Is its share or disk still there?" in note
        said = Process.filter(message__contains="does not answer")
        await watching.until(said.exists)
        before, threads = (await said.get()).heartbeat_at, threading.active_count()
        await ingest_and_retry(context, tmp_path / "other card")
        await watching.until(File.filter(display_path="3.jpg", state="stored").exists)
        await watching.until(said.filter(heartbeat_at__gt=before).exists)
        assert share.waiting == 1
        assert (
            threading.active_count() <= threads + 4
        )  # the readers of the ingestion; no more calls to the share
        share.come_back()
        await watching.until_source_is(SourceState.ONLINE)
        await watching.until(File.filter(display_path="card/deep/2.jpg", state="stored").exists)
    assert watching.health.trouble == ""
    await context.wakeup.close()


async def ingest_and_retry(context: IngestContext, card: Path) -> None:
    """Ingest a card whose photo is rejected because of a setting, and request a retry."""
    card.mkdir()
    (card / "3.jpg").write_bytes(small_jpeg(3))
    small = IngestContext(context.settings.model_copy(update={"max_file_bytes": 10}), context.wakeup)
    receipt = await ingest_path(small, card)
    assert (await retries.ask(receipt.dump_id)).retried == 1


@pytest.mark.slow
async def test_a_read_that_hangs_is_said_when_the_file_cannot_be_looked_at_either(
    watching: Watching, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admit, "read", slowed(share, examine.read))
    looking = threading.Event()

    def look(*args: Any) -> Any:
        if share.waiting and looking.is_set():
            share.call()
        return walk.look_at(*args)

    monkeypatch.setattr(watch_loop, "look_at", look)
    share.lost.set()
    watching.put("1.jpg", small_jpeg(1))
    watching.start()
    await until(lambda: _now(share.waiting == 1))
    await asyncio.sleep(1.5)  # longer than the limit: a slow share, but one that answers
    assert (await watching.source()).state is SourceState.ONLINE
    looking.set()
    await watching.until_source_is(SourceState.OFFLINE)
    share.come_back()
    await watching.until_settled(1)
    await watching.until_source_is(SourceState.ONLINE)


@pytest.mark.slow
async def test_a_watch_that_hangs_can_be_ended(
    watching: Watching, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root, "root_identity", slowed(share, scan.root_identity))
    watching.put("1.jpg", small_jpeg(1))
    watching.start()
    await watching.until_settled(1)
    share.lost.set()
    await watching.until_source_is(SourceState.OFFLINE)
    await watching.cut_off()
    assert share.waiting == 1


HANGING: Final = """
import sys, time
from thumper.ingest import admit
from thumper.settings import Settings
from thumper.watcher.main import main

def hang(*_):
    print("reading", flush=True)
    time.sleep(3600)

admit.read = hang
sys.exit(main(Settings.from_env()))
"""


@pytest.mark.slow
async def test_a_process_that_reads_from_a_lost_share_ends_when_it_is_told_to(watching: Watching) -> None:
    watching.put("1.jpg", small_jpeg(1))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HANGING),
        env=watching.settings.as_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while await process.stdout.readline() != b"reading\n":
                assert not process.stdout.at_eof(), "it ended"
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _now(condition: bool) -> bool:
    return condition
