"""A drop folder that lies elsewhere now goes on where it was: no file of it is new."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from tests.watcher.conftest import Watching, rescanned
from thumper.domain.wipe_messages import WipeCode
from thumper.ingest.wipe_check import WipeCheck
from thumper.store.disk import source_move
from thumper.store.models import Dump, Feed, File, Image, Source


def _move(was: Path, now: Path) -> None:
    was.rename(now)


def _copy_without_times(was: Path, now: Path) -> None:
    shutil.copytree(was, now, copy_function=shutil.copyfile)
    shutil.rmtree(was)


@pytest.mark.slow
@pytest.mark.parametrize("move", [_move, _copy_without_times])
async def test_what_was_taken_in_before_a_move_is_not_taken_in_again(
    watching: Watching, move: Callable[[Path, Path], None]
) -> None:
    watching.change(rescan_s=0.2)
    watching.start()
    watching.put("Ridge/DCIM/1.jpg", small_jpeg(1))
    watching.put("Ridge/DCIM/again.jpg", small_jpeg(1))
    watching.put("Creek/2.jpg", small_jpeg(2))
    watching.put("Creek/clip.mp4", b"film")
    await watching.until_settled(4)
    await watching.stop()
    states, told = await watching.states(), await Feed.all().count()
    before = await Dump.all().order_by("id").values()

    now = watching.drop.with_name("larger disk")
    move(watching.drop, now)
    assert await source_move.follow_moved(now, home=watching.settings.home) is not None
    moved = Watching(watching.settings.model_copy(update={"drop": now}))
    try:
        moved.start()
        await rescanned(moved)
        assert await moved.states() == states
        assert await Dump.all().order_by("id").values() == before
        assert (await Image.all().count(), await Feed.all().count()) == (2, told)
        assert [source.display_path for source in await Source.all()] == [str(now)]

        moved.put("Creek/3.jpg", small_jpeg(3))
        await moved.until_settled(5)
        assert await File.all().count() == 5
        receipt = await moved.receipt("Ridge")
        assert (receipt.source, receipt.counts.found) == (str(now), 2)
        obstacles = (await WipeCheck(receipt.dump_id).run()).obstacles
        assert [obstacle.code for obstacle in obstacles] == [WipeCode.FOLDER_IS_THE_ARCHIVE]
        places = {bytes(image.original_path) for image in await Image.all()}
        assert all(place.startswith(bytes(now) + b"/") for place in places)
    finally:
        await moved.close()
