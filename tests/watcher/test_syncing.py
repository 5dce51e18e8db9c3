"""A folder that Syncthing fills: temporary names never count, finished files count once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from tests.watcher.conftest import Watching
from thumper.domain.progress import WatchMode
from thumper.store.models import File


def receive(drop: Path, name: str, content: bytes) -> None:
    """Write a file as Syncthing does: under a temporary name, with the sender's time, then renamed."""
    target = drop / name
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".syncthing.{target.name}.tmp")
    temporary.write_bytes(content[: len(content) // 2])
    with temporary.open("ab") as file:
        file.write(content[len(content) // 2 :])
    os.utime(temporary, (1_700_000_000, 1_700_000_000))
    temporary.rename(target)


@pytest.mark.slow
async def test_a_syncthing_folder_is_taken_in_and_left_as_it_is(watching: Watching) -> None:
    watching.change(rescan_s=3600.0)  # by events alone
    (watching.drop / ".stfolder").mkdir()
    watching.put(".stignore", b"*.tmp")
    watching.put(".stversions/Ridge/IMG_0001~20260101-120000.JPG", small_jpeg(90))
    watching.start()
    await watching.until_watched(WatchMode.EVENTS)
    for number in range(20):
        receive(
            watching.drop, f"Ridge/DCIM/{100 + number // 10}MEDIA/IMG_{number:04}.JPG", small_jpeg(number)
        )
    receive(
        watching.drop,
        "Ridge/DCIM/100MEDIA/IMG_0001.sync-conflict-20260101-120000-ABCDEFG.JPG",
        small_jpeg(50),
    )
    watching.put("Ridge/DCIM/100MEDIA/.syncthing.IMG_0099.JPG.tmp", small_jpeg(99))  # it stays unfinished
    await watching.until_settled(21)
    names = {Path(path).name for path in await watching.states()}
    assert names == {f"IMG_{n:04}.JPG" for n in range(20)} | {
        "IMG_0001.sync-conflict-20260101-120000-ABCDEFG.JPG"
    }
    assert set((await watching.states()).values()) == {"stored"}
    assert not await File.exclude(attempts=1).exists()
    assert sorted(path.name for path in watching.drop.iterdir()) == [
        *(".stfolder", ".stignore", ".stversions", "Ridge"),
    ]
