"""A hundred thousand files at once, in new folders: every one is found, in little memory."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from tests.watcher.conftest import Watching
from tests.watcher.stage import WATCHER
from thumper.store.models import File

FILES = 100_000
MOST_BYTES = 400 * 1024 * 1024


def drop_many(drop: Path, aside: Path) -> None:
    """Make the files as hard links: writing each would take longer than the rest of the test."""
    aside.mkdir()
    for number in range(FILES):
        card, place = divmod(number, 2000)
        content = aside / f"{card}.jpg"
        folder = drop / f"card {card:02}" / "DCIM" / f"{100 + place // 500}MEDIA"
        if place == 0:
            content.write_bytes(b"bytes of card %d" % card)
        if place % 500 == 0:
            folder.mkdir(parents=True)
        (folder / f"IMG_{place:04}.JPG").hardlink_to(content)


@pytest.mark.slow
async def test_a_hundred_thousand_files_at_once_are_all_found(watching: Watching, tmp_path: Path) -> None:
    # A second look comes only after an hour: the test is about finding and registering files.
    watching.change(look_s=3600.0, rescan_s=60.0)
    with (tmp_path / "watch.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WATCHER.format(before="")),
            env=watching.settings.as_environment(),
            stdout=log,
            stderr=log,
        )
        try:
            await asyncio.to_thread(drop_many, watching.drop, tmp_path / "aside")

            async def found() -> bool:
                return await File.all().count() >= FILES

            await watching.until(found)
            assert psutil.Process(process.pid).memory_info().rss < MOST_BYTES
        finally:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)
    assert await File.all().count() == FILES
    assert len(set(await File.all().values_list("path", flat=True))) == FILES
