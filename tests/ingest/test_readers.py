"""Many files are read in a few threads: results keep the order, and nothing is read after an error."""

from __future__ import annotations

import asyncio
import threading

import pytest

from thumper.ingest.readers import each


async def test_results_come_in_the_order_of_the_items_from_a_few_threads() -> None:
    threads: set[int] = set()
    together = threading.Barrier(4, timeout=60)

    def work(number: int) -> int:
        threads.add(threading.get_ident())
        if number < 4:
            together.wait()  # until all four threads are at work
        return number * number

    assert await each(work, range(50)) == [number * number for number in range(50)]
    assert len(threads) == 4
    assert await each(work, []) == []


async def test_an_error_is_raised_and_ends_the_rest() -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError("no")
        go_on.wait(60)

    with pytest.raises(ValueError, match="no"):
        await each(work, range(100))
    go_on.set()
    await asyncio.to_thread(lambda: None)
    assert set(begun) <= {0, 1, 2, 3}


async def test_nothing_is_begun_after_it_was_cancelled() -> None:
    begun: list[int] = []
    at_work, go_on = threading.Semaphore(0), threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        at_work.release()
        go_on.wait(60)

    task = asyncio.create_task(each(work, range(100)))
    for _ in range(4):
        assert await asyncio.to_thread(at_work.acquire, timeout=60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await asyncio.to_thread(lambda: None)
    assert begun == [0, 1, 2, 3]
