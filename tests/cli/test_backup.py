"""`thumper backup` and `thumper restore` as people use them: while it runs, when it does not, killed, on bad disks."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.backup.keeping import ask, scratches
from tests.databases import administer
from tests.factories import make_source
from tests.pipeline import use_detector
from tests.watcher.stage import Stage
from thumper.embedded.servers import running_servers
from thumper.settings import Settings
from thumper.store.models import Deer
from thumper.store.postgres.connect import migrate_database, open_database

pytestmark = pytest.mark.slow  # as a whole: each starts the real command

SEED = 6
KILLS = 2


def _start(settings: Settings, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "thumper", *words],
        env=settings.as_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def _run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it in a thread: servers of this test's loop go on."""
    process = _start(settings, *words)
    out, complaints = await asyncio.to_thread(process.communicate, timeout=120)
    assert "Traceback" not in complaints
    return subprocess.CompletedProcess(words, process.returncode, out, complaints)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with servers of its own."""
    return Settings(home=tmp_path / "home", time_zone="America/Chicago")


async def _name_deer(url: str, count: int) -> None:
    await migrate_database(url)
    async with open_database(url, pool_size=2):
        for number in range(count):
            await Deer.create(name=f"Deer {number}", notes="x" * 500)


async def test_while_it_runs_and_when_it_does_not(home: Settings, tmp_path: Path) -> None:
    async with running_servers(home) as addresses:
        await _name_deer(addresses.database_url, 50)
        joined = await _run(home, "backup", str(tmp_path / "while running"))
        assert joined.returncode == 0, joined.stderr
        assert "0 images" in joined.stdout
        assert "It was restored for trial, and every row compared." in joined.stdout
        refused = await _run(home, "restore", str(tmp_path / "while running"))
        assert (refused.returncode, refused.stderr.split()[0]) == (5, "ALREADY_RUNNING")
    alone = await _run(home, "backup", str(tmp_path / "alone"), "--json")
    assert alone.returncode == 0, alone.stderr
    assert json.loads(alone.stdout)["originals"] is None
    again, checked = await asyncio.gather(
        _run(home, "restore", str(tmp_path / "alone"), "--json"),
        _run(home, "restore", "--check", str(tmp_path / "while running")),
    )
    assert again.returncode == 5
    assert json.loads(again.stdout)["error"]["message"].startswith("The database has data (deer)")
    assert (checked.returncode, " is whole: " in checked.stdout) == (0, True)


async def test_there_is_nothing_to_keep_in_a_home_that_was_never_used(home: Settings, tmp_path: Path) -> None:
    answer = await _run(home, "backup", str(tmp_path / "backup"))
    assert (answer.returncode, answer.stderr.split()[0]) == (1, "NOT_FOUND")
    assert not home.home.exists()


async def test_bad_places_are_named_with_what_to_do(
    settings: Settings, database: str, tmp_path: Path
) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    cases = {
        ("backup", str(tmp_path / "letters.txt")): (2, "is no folder"),
        ("backup", str(tmp_path / "letters.txt" / "in it")): (2, "There is no folder"),
        ("backup", "/proc/backup"): (1, "cannot be written"),
        ("restore", str(tmp_path / "letters.txt")): (2, "is a file"),
        ("restore", str(tmp_path / "nowhere")): (1, "does not exist"),
        ("restore", str(tmp_path)): (5, "is no backup of Thumper"),
    }
    answers = await asyncio.gather(*(_run(settings, *words) for words in cases))
    for (words, (code, sentence)), answer in zip(cases.items(), answers, strict=True):
        assert (answer.returncode, sentence in answer.stderr) == (code, True), (words, answer.stderr)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letters.txt"]


async def test_a_disk_without_room_is_said_and_nothing_is_left_on_it(
    settings: Settings, database: str, tmp_path: Path
) -> None:
    for number in range(100):
        await Deer.create(name=f"Deer {number}", notes=os.urandom(3000).hex())
    disk = tmp_path / "disk"
    disk.mkdir()
    words = [f"{name}={value}" for name, value in settings.as_environment().items()]
    command = ["env", "-i", *words, sys.executable, "-m", "thumper", "backup", str(disk / "backup")]
    stage = Stage(tmp_path)
    await stage.open()
    try:
        await stage.run(f"mount -t tmpfs -o size=128k disk {shlex.quote(str(disk))}")
        told = await stage.run(
            f"{shlex.join(command)} || echo code $?; echo left $(ls -A {shlex.quote(str(disk))})"
        )
    finally:
        await stage.close()
    assert "BACKUP_FAILED pg_dump found no room" in told
    assert told.splitlines()[-2:] == ["code 1", "left"]
    assert "Traceback" not in told


async def _fill() -> None:
    for number in range(200):
        await Deer.create(name=f"Deer {number}", notes="x" * 500)


async def _kill(settings: Settings, *words: str, after_s: float) -> None:
    process = _start(settings, *words)
    await asyncio.sleep(after_s)
    process.kill()
    await asyncio.to_thread(process.communicate)


async def _duration_s(settings: Settings, *words: str) -> float:
    began_s = time.monotonic()
    answer = await _run(settings, *words)
    assert answer.returncode == 0, answer.stderr
    return time.monotonic() - began_s


async def test_killed_at_any_moment_a_backup_has_no_name_or_is_whole(
    settings: Settings, database: str, tmp_path: Path
) -> None:
    await _fill()
    chance = random.Random(SEED)
    took_s = await _duration_s(settings, "backup", str(tmp_path / "first"))
    names = [f"backup {number}" for number in range(KILLS)]
    for name in names:
        await _kill(settings, "backup", str(tmp_path / name), after_s=took_s * (0.4 + 0.6 * chance.random()))
        there = (tmp_path / name).exists()
        verb = ("restore", "--check") if there else ("backup",)
        again = await _run(settings, *verb, str(tmp_path / name))
        assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names, "first"]
    assert await scratches(settings.postgres_url) == []


async def test_killed_at_any_moment_a_restore_is_finished_by_running_it_again(
    settings: Settings, database: str, empty_database_url: str, tmp_path: Path
) -> None:
    await _fill()
    backup = str(tmp_path / "backup")
    took_s = await _duration_s(settings, "backup", backup)
    chance, last = random.Random(SEED), settings
    for number in range(KILLS):
        await administer(empty_database_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        own = settings.model_copy(
            update={"home": tmp_path / f"home {number}", "database_url": empty_database_url}
        )
        await _kill(own, "restore", backup, after_s=took_s * (0.4 + 0.8 * chance.random()))
        await _finish_restore(own, backup)
        assert len(await ask(empty_database_url, "SELECT FROM deer")) == 200
        last = own
    await _run(last, "backup", str(tmp_path / "kept"))  # which tidies up
    assert await scratches(empty_database_url) == []


async def test_killed_with_the_servers_that_it_had_started_a_restore_is_finished_too(
    settings: Settings, database: str, home: Settings, tmp_path: Path
) -> None:
    await _fill()
    backup = str(tmp_path / "backup")
    await _run(settings, "backup", backup)
    await _kill(home, "restore", backup, after_s=3)
    await _finish_restore(home, backup)
    async with running_servers(home) as addresses:
        assert len(await ask(addresses.database_url, "SELECT FROM deer")) == 200


async def _finish_restore(settings: Settings, backup: str) -> None:
    again = await _run(settings, "restore", backup)
    if again.returncode != 0:  # it had finished before it was killed
        assert "The database has data (deer)" in again.stderr


async def test_settings_that_differ_and_a_detector_or_drop_folder_of_ones_own_are_named(
    settings: Settings, database: str, empty_database_url: str, tmp_path: Path
) -> None:
    await use_detector("my deer")
    await make_source(tmp_path / "photos")
    await _run(settings, "backup", str(tmp_path / "backup"))
    elsewhere = {
        "home": tmp_path / "new",
        "drop": None,
        "database_url": empty_database_url,
        "time_zone": "America/Denver",
    }
    moved = str(tmp_path / "moved photos")
    answer = await _run(
        settings.model_copy(update=elsewhere), "restore", str(tmp_path / "backup"), "--drop", moved
    )
    assert answer.returncode == 0, answer.stderr
    assert f"Start with `thumper up --drop '{moved}'`, or set THUMPER_DROP: else " in answer.stdout
    assert "THUMPER_TIME_ZONE was America/Chicago and is America/Denver here." in answer.stdout
    assert "The detector was my deer (SHA-256 6d79206465657220" in answer.stdout
    assert "Set THUMPER_MODEL to it before `thumper up`." in answer.stdout
