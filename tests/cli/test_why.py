"""`thumper why` against a running API."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.factories import make_dump, make_file
from tests.pipeline import detect, fail, store_images
from thumper.cli.app import app
from thumper.domain.progress import FileState, ProcessRole, ProcessState
from thumper.domain.reason import Reason
from thumper.errors import NotFoundError
from thumper.store.images import detectors
from thumper.store.models import Image
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("at_the_api")]


async def why(*words: str) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, app, ["why", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


async def start_worker() -> None:
    current = await detectors.current()
    assert current is not None
    worker = await processes.register(Life(role=ProcessRole.WORK))
    await processes.beat(worker, Beat(state=ProcessState.IDLE, detector_id=current.id))


async def test_a_photo_says_what_it_waits_for_or_how_it_ended() -> None:
    ids = await store_images(4)
    names = [(await Image.get(id=image)).file_name for image in ids]
    assert await why(names[0]) == f"{names[0]}: No worker runs. Start Thumper with `thumper up`.\n"
    await start_worker()
    await detect(1)
    await fail(1)
    assert (await why(*names)).splitlines() == [
        f"{names[0]}: It waits for nothing: the detector has seen it.",
        f"{names[1]}: It failed: ends early {Reason.TRUNCATED.advice}",
        f"{names[2]}: It waits for its turn. It is next.",
        f"{names[3]}: It waits for its turn. 1 image comes before it.",
    ]
    (answer,) = json.loads(await why(names[3], "--json"))
    assert answer["waitingFor"] | {"message": ""} == {
        "reason": "IN_QUEUE",
        "message": "",
        "ahead": 1,
        "retryAt": None,
        "condition": None,
    }


async def test_a_file_that_has_not_become_a_photo_says_what_the_watcher_does() -> None:
    dump = await make_dump()
    named: dict[str, Any] = {"path": b"Oak/NEW.JPG", "display_path": "Oak/NEW.JPG"}
    await make_file(dump, FileState.SEEN, **named)
    assert await why("new.jpg") == "Oak/NEW.JPG: No watcher runs.\n"
    watcher = await processes.register(Life(role=ProcessRole.WATCH))
    await processes.beat(watcher, Beat(state=ProcessState.BUSY))
    assert "is still arriving" in await why("NEW.JPG")
    with pytest.raises(NotFoundError, match="no photo called OTHER"):
        await why("OTHER.JPG")
