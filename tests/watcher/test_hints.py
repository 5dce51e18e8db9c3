"""Events become hints, from any thread."""

from __future__ import annotations

import asyncio
import threading

from thumper.watcher.hints import Hints


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
