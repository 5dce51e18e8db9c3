"""Images waiting for a worker, and a real worker process."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image as Picture
from tortoise.transactions import in_transaction

from thumper.domain.progress import SourceKind
from thumper.settings import Settings
from thumper.store import detectors, jobs
from thumper.store.ids import new_id
from thumper.store.models import Dump, Image, Source
from thumper.weights import resolve

Queue = Callable[[Sequence[Path]], Awaitable[list[UUID]]]
Work = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def queue(database: str, settings: Settings) -> Queue:
    """Record photos and their jobs, as ingestion does, without waking the worker."""

    async def record(paths: Sequence[Path]) -> list[UUID]:
        weights = resolve(settings)
        await detectors.register(
            sha256=weights.sha256,
            name=weights.name,
            class_map=weights.class_map.to_json(),
            make_current=False,
        )
        source, _ = await Source.get_or_create(
            kind=SourceKind.DROP, path=b"/d", defaults={"display_path": "/d"}
        )
        number = await Dump.all().count() + 1
        dump = await Dump.create(source=source, folder=b"", display_folder="", number=number)
        ids = [new_id() for _ in paths]
        async with in_transaction("default") as transaction:
            for image_id, path in zip(ids, paths, strict=True):
                content = path.read_bytes()
                with Picture.open(path) as picture:
                    width_px, height_px = picture.size
                await Image.create(
                    id=image_id,
                    sha256=hashlib.sha256(content).digest(),
                    size_bytes=len(content),
                    media_type="image/jpeg",
                    file_name=path.name,
                    original_path=bytes(path),
                    width_px=width_px,
                    height_px=height_px,
                    dump_id=dump.id,
                    using_db=transaction,
                )
            await jobs.enqueue(transaction, ids)
        return ids

    return record


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
