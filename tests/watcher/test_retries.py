"""Files to be retried are taken up within seconds, long before the next rescan; and copies of the drop folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from tests.patience import until
from tests.watcher.conftest import Watching
from thumper.background import beside
from thumper.domain.keep import Keep
from thumper.domain.progress import FileState
from thumper.errors import NoRoomError, ThumperError
from thumper.ingest.context import IngestContext
from thumper.settings import Settings
from thumper.store.disk import library
from thumper.store.files import retries
from thumper.store.models import Dump, File, Image
from thumper.watcher import retries as watching_retries
from thumper.watcher import watch_loop
from thumper.watcher.retries import keep_readmitting

Photos = Callable[[int], list[Path]]


@pytest.mark.slow
async def test_rejected_files_of_the_drop_folder_are_tried_again_long_before_the_next_rescan(
    watching: Watching,
) -> None:
    watching.put("Barn/1.jpg", small_jpeg(1))
    watching.change(max_file_bytes=10)
    watching.start()
    await watching.until_settled(1)
    assert await watching.states() == {"Barn/1.jpg": "rejected TOO_LARGE_BYTES"}
    await watching.stop()
    watching.change(max_file_bytes=100_000, rescan_s=3600.0)
    watching.start()

    async def scanned() -> bool:
        before = (await watching.source()).last_scan_at
        return before is not None and watching.health.state.value == "idle"

    await watching.until(scanned)
    assert await watching.states() == {"Barn/1.jpg": "rejected TOO_LARGE_BYTES"}
    assert (await retries.ask((await Dump.get()).id)).retried == 1
    await watching.until_settled(1)
    assert await watching.states() == {"Barn/1.jpg": "stored"}
    receipt = await watching.receipt("Barn")
    assert (receipt.counts.found, receipt.counts.stored) == (1, 1)


async def test_with_copy_photos_go_into_the_library_and_the_folder_is_only_read(watching: Watching) -> None:
    watching.settings = watching.settings.model_copy(update={"keep": Keep.COPY})
    watching.change()
    one, two = watching.put("Barn/1.jpg", small_jpeg(1)), watching.put("Creek/1.jpg", small_jpeg(2))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (one, two)}
    watching.start()
    await watching.until_settled(2)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before
    shutil.rmtree(watching.drop / "Barn")
    shutil.rmtree(watching.drop / "Creek")
    for image in await Image.all():
        copy = Path(os.fsdecode(image.original_path))
        assert watching.settings.library_dir in copy.parents
        assert library.holds(copy, image.sha256)


@pytest.mark.slow
async def test_a_library_that_cannot_be_written_rejects_no_photo_and_is_said(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.settings = watching.settings.model_copy(update={"keep": Keep.COPY})
    watching.change()
    watching.put("Barn/1.jpg", small_jpeg(1))
    full = True
    keep_original = library.keep_original

    def keep(folder: Path, content: bytes, *, media_type: str) -> Path:
        if full:
            raise OSError(28, "No space left on device")
        return keep_original(folder, content, media_type=media_type)

    monkeypatch.setattr(library, "keep_original", keep)
    monkeypatch.setattr(watch_loop, "_PAUSE_S", 0.2)
    watching.start()

    async def said() -> bool:
        return "No space left on device" in watching.health.sign().message

    await watching.until(said)
    assert await File.filter(state=FileState.SEEN).count() == 1
    full = False
    await watching.until_settled(1)
    assert await watching.states() == {"Barn/1.jpg": "stored"}
    assert watching.health.sign().message == ""


async def test_whatever_goes_wrong_retrying_goes_on(
    settings: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Exception] = [
        ThumperError("no permission"),
        NoRoomError("full"),
        ValueError("odd"),
        ConnectionResetError("away"),
    ]
    done = 0

    async def readmit(_context: IngestContext) -> None:
        nonlocal done
        done += 1
        if tries:
            raise tries.pop()

    monkeypatch.setattr(watching_retries, "readmit", readmit)
    monkeypatch.setattr(watching_retries, "ASK_S", 0.01)
    monkeypatch.setattr(watching_retries, "_PAUSE_S", 0.01)
    context = IngestContext.of(settings)

    async def went_on() -> bool:
        return done > 4

    async with beside(keep_readmitting(context)):
        await until(went_on)
    await context.wakeup.close()
