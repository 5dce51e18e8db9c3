"""A photo that kills the worker is failed after three deaths of its own, and costs nobody else."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image as Picture

from thumper.domain.progress import ImageState
from thumper.settings import Settings
from thumper.store.models import DetectionRun, Image, Job

pytestmark = pytest.mark.slow

Queue = Callable[[Sequence[Path]], Awaitable[list[UUID]]]
SCRIPT = Path(__file__).with_name("deadly_worker.py")


async def test_a_photo_that_kills_the_worker_three_times_alone_fails_and_the_rest_completes(
    queue: Queue, photos: Callable[[int], list[Path]], settings: Settings, tmp_path: Path
) -> None:
    poison = tmp_path / "poison.jpg"
    Picture.new("RGB", (333, 250), "gray").save(poison)
    good = photos(5)
    await queue([*good[:2], poison, *good[2:]])
    deaths = 0
    while await _unfinished():
        assert deaths <= 4, "one death in company and three alone are all that one photo may cause"
        deaths += await _work_until_death_or_done(settings, tmp_path)
    assert deaths == 4
    failed = await Image.get(state=ImageState.FAILED)
    assert (failed.file_name, failed.error_code) == ("poison.jpg", "POISON")
    assert await Image.filter(state=ImageState.COMPLETED).count() == 5
    assert await DetectionRun.all().count() == 5
    assert await Job.filter(crash_count__gt=0).count() == 1


async def _unfinished() -> bool:
    return await Image.filter(state__in=[ImageState.PENDING, ImageState.PROCESSING]).exists()


async def _work_until_death_or_done(settings: Settings, tmp_path: Path) -> int:
    """Run a worker until it dies (1) or everything is done (0)."""
    with (tmp_path / "work.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), "333", env=settings.as_environment(), stdout=log, stderr=log
        )
    death = asyncio.create_task(process.wait())
    while not death.done() and await _unfinished():  # noqa: ASYNC110  # another process makes it true
        await asyncio.sleep(0.1)
    if death.done():
        return 1
    process.terminate()
    await asyncio.wait_for(death, 20)
    return 0
