"""Images waiting for a worker, and a real worker process."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image as Picture
from tortoise.transactions import in_transaction

from tests.factories import make_dump, make_image, make_source
from tests.worker.scripted import ScriptedDetector
from thumper.domain.label import ClassMap
from thumper.domain.progress import ImageState
from thumper.imaging.limits import Limits
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.models import Dump, Image
from thumper.store.queue import jobs
from thumper.store.queue.results import Origin
from thumper.weights import resolve
from thumper.worker.batch import WorkerContext
from thumper.worker.capacity import Capacity

Queue = Callable[[Sequence[Path]], Awaitable[list[UUID]]]
Work = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def queue(database: str, settings: Settings) -> Queue:
    """Record photos and their jobs, as ingestion does, without waking the worker."""

    async def record(paths: Sequence[Path]) -> list[UUID]:
        await detectors.register(resolve(settings), make_current=False)
        dump = await make_dump(source=await make_source(paths[0].parent))
        async with in_transaction("default") as transaction:
            ids = [(await _make_pending(dump, path)).id for path in paths]
            await jobs.enqueue(transaction, ids)
        return ids

    return record


async def _make_pending(dump: Dump, path: Path) -> Image:
    content = path.read_bytes()
    with Picture.open(path) as picture:
        width_px, height_px = picture.size
    return await make_image(
        dump,
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        file_name=path.name,
        original_path=bytes(path),
        width_px=width_px,
        height_px=height_px,
        state=ImageState.PENDING,
    )


@pytest.fixture
def work(settings: Settings, tmp_path: Path) -> Iterator[Work]:
    """Start worker processes; they are ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**changes: object) -> subprocess.Popen[bytes]:
        environment = settings.model_copy(update=changes).as_environment()
        with (tmp_path / "work.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "thumper", "work", "--supervised"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def sandbox() -> Iterator[DecodeSandbox]:
    """Real decoding children."""
    with DecodeSandbox(Limits(), workers=1) as own:
        yield own


@pytest.fixture
def context(
    queue: Queue, settings: Settings, sandbox: DecodeSandbox
) -> Iterator[Callable[..., Awaitable[WorkerContext]]]:
    """Make a context around a detector, for the detector that is current."""
    thread = ThreadPoolExecutor(1)

    async def make(detector: ScriptedDetector) -> WorkerContext:
        current = await detectors.current()
        assert current is not None
        return WorkerContext(
            settings=settings,
            detector=detector,
            detector_id=current.id,
            origin=Origin(device="cpu", engine="scripted", class_map=ClassMap.parse({}, name="none")),
            sandbox=sandbox,
            thread=thread,
            capacity=Capacity(16),
            scene_s=0.01,
        )

    yield make
    thread.shutdown()
