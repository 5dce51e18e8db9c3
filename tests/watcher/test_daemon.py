"""The watcher over a real folder and a real database: every file ends in one state, whatever happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.watcher.conftest import Watching
from thumper.store.models import Image, Job

Photos = Callable[[int], list[Path]]


async def test_files_dropped_before_and_while_it_runs_are_admitted(
    watching: Watching, photos: Photos
) -> None:
    before, while_running = photos(20)[:10], photos(20)[10:]
    for photo in before:
        shutil.copy2(photo, watching.drop / photo.name)
    watching.start()
    await watching.until_settled(10)
    (watching.drop / "Ridge").mkdir()
    for photo in while_running:
        shutil.copy2(photo, watching.drop / "Ridge" / photo.name)
    await watching.until_settled(20)
    assert await Image.all().count() == 20
    assert await Job.filter(state="pending").count() == 20
    receipt = await watching.receipt("Ridge")
    assert receipt.counts.stored.files == receipt.counts.found.files == 10
    assert receipt.location == "Ridge"
