"""A process whose loop stands still is ended; one that is only busy is not."""

from __future__ import annotations

import asyncio
import ctypes
import subprocess
import sys

from thumper.background import beside
from thumper.worker.watchdog import keep_watch

PROGRAM = """
import asyncio, ctypes, sys
from thumper.background import beside
from thumper.worker.watchdog import keep_watch

async def main():
    async with beside(keep_watch(1.0)):
        await asyncio.sleep(0.1)
        await asyncio.to_thread(ctypes.{library}(None).sleep, {seconds})

asyncio.run(main())
"""


def _run(library: str, seconds: int) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(library=library, seconds=seconds)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


def test_native_code_that_hangs_with_pythons_lock_ends_the_process_which_says_where() -> None:
    ended = _run("PyDLL", 50)
    assert ended.returncode == 1
    assert "Timeout (0:00:01)!" in ended.stderr
    assert "asyncio" in ended.stderr, "where the threads stood"


def test_native_code_that_lets_others_run_does_not() -> None:
    ended = _run("CDLL", 3)
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_watch_that_is_over_ends_nothing() -> None:
    async with beside(keep_watch(0.5)):
        await asyncio.sleep(0.1)
    await asyncio.to_thread(ctypes.PyDLL(None).usleep, 900_000)
