"""`thumper up` that is told to end before it has begun: it ends well, soon, and leaves no process."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.clusters import lay_cluster
from tests.journeys.conftest import free_port
from thumper.settings import Settings

pytestmark = pytest.mark.slow

LONGEST_S = 10.0
"""Within this it has ended: the promise of docs/operations.md."""


@pytest.fixture
def home() -> Iterator[Settings]:
    """Settings of a new home with a short path; nothing of it lives afterwards."""
    with tempfile.TemporaryDirectory(prefix="thumper-test-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder) / "home", port=free_port(), device="cpu", time_zone="UTC")
        yield settings
        for process in living(settings):
            process.kill()


def living(settings: Settings) -> list[psutil.Process]:
    """Return the processes that are of this home: by their settings, or by what they were started with."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = " ".join(process.cmdline())
            own = str(settings.home) in words or process.environ().get("THUMPER_HOME") == str(settings.home)
            if own and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def end_when(settings: Settings, reached: Callable[[], bool]) -> None:
    """Start `thumper up`, and tell it to end as soon as it has come so far."""
    argv = [sys.executable, "-m", "thumper", "up"]
    with subprocess.Popen(
        argv, env=settings.as_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as up:
        try:
            give_up_at = time.monotonic() + 60
            while not reached():
                assert up.poll() is None, up.communicate()[0]
                assert time.monotonic() < give_up_at
                time.sleep(0.01)
            up.send_signal(signal.SIGTERM)
            told, _ = up.communicate(timeout=LONGEST_S)
        finally:
            up.kill()
    assert up.returncode == 0, told
    assert "Traceback" not in told
    assert [process.cmdline() for process in living(settings)] == []


def after(seconds: float, condition: Callable[[], bool]) -> Callable[[], bool]:
    """Return whether the condition has held for that long."""
    since: list[float] = []

    def reached() -> bool:
        if condition():
            since.append(time.monotonic())
        return bool(since) and time.monotonic() - since[0] >= seconds

    return reached


def test_while_its_database_is_made_and_migrated(home: Settings) -> None:
    end_when(home, (home.home / "postgres.unfinished" / "PG_VERSION").exists)
    assert not home.postgres_dir.exists()
    # It takes a second or two from here until the schema is there.
    end_when(home, after(0.5, (home.postgres_dir / "postmaster.pid").exists))
    assert not (home.log_dir / "serve.log").exists()


def test_while_its_rooms_start(home: Settings) -> None:
    lay_cluster(home)
    end_when(home, (home.log_dir / "work.log").exists)
