"""Homes for real servers, and what is left of them.

A home of a test lies in a folder of its own that every user may enter: pytest's own folders are closed, so that as root
only the path with a capability would ever be tested.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from thumper.settings import Settings

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder with a short path, open to every user."""
    folder = Path(tempfile.mkdtemp(prefix="thumper-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(open_folder: Path) -> Settings:
    return Settings(home=open_folder / "home", time_zone="UTC")


@pytest.fixture
def left_over(open_folder: Path) -> Callable[[], list[str]]:
    """Return the command lines of living processes that name the test's folder."""

    def look() -> list[str]:
        found = []
        for process in psutil.process_iter(["cmdline", "status"]):
            line = " ".join(process.info["cmdline"] or [])
            if str(open_folder) in line and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(line)
        return found

    return look


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition that another process brings about; fail after a long time."""

    def wait(condition: Callable[[], bool], *, timeout_s: float = 30.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true"
            time.sleep(0.05)

    return wait
