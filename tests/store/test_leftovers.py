"""Files that a killed process (`kill -9`) left half written are removed; those that are still written are not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.ingest.conftest import small_jpeg
from tests.journeys.conftest import free_port
from tests.patience import PATIENCE_S, until
from tests.pipeline import use_detector
from tests.sign_in import owner_headers
from thumper.domain.progress import FileState
from thumper.ingest.context import IngestContext
from thumper.ingest.upload import create_uploads, receive_upload
from thumper.settings import Settings
from thumper.store.disk import library
from thumper.worker.main import _tidy_up

pytestmark = pytest.mark.slow  # as a whole: real processes are started and killed

ROOT = Path(__file__).resolve().parents[2]

COPY = """
import os, sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from thumper.store.disk.library import keep_original
while True:
    keep_original(Path(sys.argv[1]), os.urandom(50_000_000), media_type="image/jpeg")
"""


def halves(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*.part") if path.stat().st_size]


def age(path: Path) -> None:
    """Make a file look untouched for longer than any write takes."""
    then = time.time() - library.LEFTOVER_S - 60
    os.utime(path, (then, then))


def test_a_copy_that_is_killed_midway_leaves_no_original_and_goes_when_it_is_old(settings: Settings) -> None:
    originals = settings.library_dir / "originals"
    process = subprocess.Popen([sys.executable, "-c", COPY, str(settings.library_dir)], cwd=ROOT)
    try:
        give_up_s = time.monotonic() + PATIENCE_S
        while not halves(originals):
            assert time.monotonic() < give_up_s
            time.sleep(0.001)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    left = halves(originals)
    assert left
    assert all(
        library.holds(path, bytes.fromhex(path.stem)) for path in library.kept_originals(settings.library_dir)
    )
    library.clear_leftovers(settings.library_dir)
    assert halves(originals) == left, "somebody may be writing it"
    for path in left:
        age(path)
    whole = list(library.kept_originals(settings.library_dir))
    assert library.clear_leftovers(settings.library_dir) == len(left)
    assert halves(originals) == []
    assert list(library.kept_originals(settings.library_dir)) == whole


async def test_an_upload_whose_server_is_killed_goes_at_a_worker_start_and_one_that_runs_stays(
    database: str, settings: Settings
) -> None:
    await use_detector()
    context = IngestContext.of(settings)
    (_, broken), (_, running) = await create_uploads(context, ["1.jpg", "2.jpg"])
    incoming = library.incoming_dir(settings.library_dir)
    await send_to_a_server_that_is_killed(settings, broken)
    (left,) = incoming.iterdir()
    content, resume = small_jpeg(2), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield content[:50]
        await resume.wait()
        yield content[50:]

    receiving = asyncio.create_task(receive_upload(context, running, slowly()))
    await until(lambda: _now(len(list(incoming.iterdir())) == 2))
    _tidy_up(settings)  # a worker that starts now
    await asyncio.sleep(0.5)
    assert left.exists(), "it is as young as the one that is still being received"
    age(left)
    _tidy_up(settings)
    await until(lambda: _now(not left.exists()))
    assert len(list(incoming.iterdir())) == 1
    resume.set()
    assert (await receiving).state is FileState.STORED
    assert list(incoming.iterdir()) == []
    await context.wakeup.close()


async def send_to_a_server_that_is_killed(settings: Settings, token: str) -> None:
    """Begin an upload to a real server, and kill that in the midst of it."""
    settings = settings.model_copy(update={"port": free_port()})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", "serve", "--supervised"), cwd=ROOT, env=settings.as_environment()
    )
    incoming = library.incoming_dir(settings.library_dir)

    async def stalling() -> AsyncIterator[bytes]:
        yield bytes(100_000)  # more than Python buffers
        await asyncio.Event().wait()

    async def has_begun() -> bool:
        return incoming.is_dir() and any(path.stat().st_size for path in incoming.iterdir())

    try:
        async with httpx.AsyncClient(base_url=settings.api_url, timeout=PATIENCE_S) as http:
            await until(partial(_serves, http))
            http.headers.update(owner_headers(settings))
            sending = asyncio.create_task(http.put(f"/upload/{token}", content=stalling()))
            await until(has_begun)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            sending.cancel()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _serves(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health/live")).status_code == 200
    except httpx.TransportError:
        return False


async def _now(condition: bool) -> bool:
    return condition
