"""`thumper housekeeping` as people and scripts run it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from thumper.cli.housekeeping import _keep_house
from thumper.errors import NotFoundError, RefusedError
from thumper.settings import Settings
from thumper.store.disk import library, library_claim

pytestmark = pytest.mark.slow  # as a whole: it starts the real command


async def run(settings: Settings, *words: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it said on both streams."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "thumper", "housekeeping", *words],
        env=settings.as_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


async def test_it_says_what_would_go_then_does_it_and_ends_with_3_when_it_cannot(
    database: str, settings: Settings
) -> None:
    await library_claim.check_library(settings.library_dir)
    stray = library.thumbnail_path(settings.library_dir, bytes(32))
    library.write_whole(stray, b"picture")
    then = time.time() - 2 * 86_400
    os.utime(stray, (then, then))
    code, said, complaint = await run(settings, "--dry-run", "--json")
    assert (code, complaint) == (0, "")
    told = json.loads(said)
    assert told["dryRun"] is True
    assert told["amounts"]["orphansSetAside"] == {"items": 1, "bytes": 7}
    assert (told["freedBytes"], told["problems"]) == (0, [])
    assert stray.exists()
    code, said, _ = await run(settings)
    assert code == 0
    assert said.splitlines()[0] == "1 small picture of no image, set aside (0.0 MB)"
    assert not stray.exists()
    (settings.library_dir / library_claim.MARKER).write_text("another\n")
    code, said, _ = await run(settings)
    assert code == 3
    assert said.startswith(f"Not done: {settings.library_dir} is not the folder that this database knows")


async def test_a_database_of_an_older_thumper_is_left_as_it_is(
    empty_database_url: str, settings: Settings
) -> None:
    older = settings.model_copy(update={"database_url": empty_database_url})
    with pytest.raises(RefusedError, match="thumper migrate"):
        await _keep_house(older, dry_run=False)


async def test_a_home_without_a_database_is_named_and_none_is_made(tmp_path: Path) -> None:
    home = tmp_path / "none"
    with pytest.raises(NotFoundError, match=str(home)):
        await _keep_house(Settings(home=home), dry_run=False)
    assert not home.exists()
