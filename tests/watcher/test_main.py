"""The watching process itself: it sends heartbeats, and ends cleanly when told to."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from tests.patience import until
from thumper.errors import RefusedError, UsageError
from thumper.settings import Settings
from thumper.store.models import Image, Process
from thumper.watcher.main import main, refuse_own_pictures

PROGRAM = """
import sys
from thumper.settings import Settings
from thumper.watcher.main import main
code = main(Settings.from_env(), restarts=2, last_exit="killed")
heavy = {"torch", "torchvision", "ultralytics", "cv2"} & set(sys.modules)
sys.exit(f"loaded {heavy}" if heavy else code)
"""


@pytest.mark.slow
async def test_the_process_lives_works_and_ends_cleanly(
    database: str, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "watch.log"
    settings.drop_dir.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, env=settings.as_environment(), stdout=output, stderr=output
        )
    try:
        await until(lambda: Process.filter(role="watch", state="idle").exists())
        row = await Process.get()
        assert (row.restarts, row.last_exit, row.message) == (2, "killed", "")
        (settings.drop_dir / "a.jpg").write_bytes(small_jpeg())
        await until(lambda: Image.all().exists())
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 60) == 0, log.read_text()
        assert not await Process.all().exists()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="THUMPER_DATABASE_URL is not set"):
        main(Settings(home=tmp_path))


@pytest.mark.parametrize("drop", [".", "home", "home/library", "home/library/thumbs", "link"])
def test_a_drop_folder_that_holds_the_library_is_refused(tmp_path: Path, drop: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(RefusedError, match="own thumbnails"):
        main(Settings(home=tmp_path / "home", drop=tmp_path / drop))


def test_a_home_in_a_hidden_folder_below_the_drop_folder_is_not_seen(tmp_path: Path) -> None:
    refuse_own_pictures(Settings(home=tmp_path / ".local" / "thumper", drop=tmp_path))
