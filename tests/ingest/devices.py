"""A folder on another device than the temporary files of tests."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def folder_on_another_device(tmp_path: Path) -> Iterator[Path]:
    """Yield an empty folder in memory, which is a device of its own on Linux."""
    assert MEMORY.stat().st_dev != tmp_path.stat().st_dev, "these tests need two devices"
    folder = Path(tempfile.mkdtemp(prefix="thumper-test-", dir=MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
