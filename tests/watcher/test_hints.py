"""Events become hints, from any thread, and their loss is noticed."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from pathlib import Path

from thumper.watcher.hints import Hints, Observation


async def test_hints_are_collected_from_other_threads_and_taken_once() -> None:
    hints = Hints()
    threads = [threading.Thread(target=hints.touch, args=(b"card %d" % n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    await asyncio.wait_for(hints.wait(), 30)
    for thread in threads:
        thread.join()
    assert hints.take() == ({b"card %d" % n for n in range(20)}, False)
    assert hints.take() == (set(), False)


async def test_too_many_hints_become_one_for_everything() -> None:
    hints = Hints()
    for number in range(10_001):
        hints.touch(b"%d" % number)
    folders, everything = hints.take()
    assert everything
    assert len(folders) <= 10_000


async def test_a_new_file_touches_its_folder(tmp_path: Path) -> None:
    hints = Hints()
    (tmp_path / "card").mkdir()
    observation = Observation(os.fsencode(tmp_path), hints)
    observation.arm()
    try:
        assert observation.is_alive()
        assert observation.complaint == ""
        (tmp_path / "card" / "a.jpg").write_bytes(b"x")
        touched: set[bytes] = set()
        async with asyncio.timeout(30):
            while b"card" not in touched:
                await hints.wait()
                touched |= hints.take()[0]
    finally:
        observation.disarm()
    assert not observation.is_alive()


async def test_an_overflow_asks_for_a_scan_of_everything(tmp_path: Path) -> None:
    hints = Hints()
    observation = Observation(os.fsencode(tmp_path), hints)
    observation.arm()
    try:
        logging.getLogger("watchdog.observers.inotify_c").warning(
            "Inotify queue overflowed; events were lost"
        )
        await asyncio.wait_for(hints.wait(), 30)
        assert hints.take()[1]
    finally:
        observation.disarm()


async def test_a_folder_that_is_not_there_gives_a_complaint_and_no_events(tmp_path: Path) -> None:
    observation = Observation(os.fsencode(tmp_path / "missing"), Hints())
    observation.arm()
    assert "rescans only" in observation.complaint
    assert not observation.is_alive()
    observation.disarm()
