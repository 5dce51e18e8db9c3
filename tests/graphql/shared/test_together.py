from __future__ import annotations

import asyncio

import pytest

from thumper.graphql.shared.batch_loader import Loader
from thumper.graphql.shared.together import together


async def test_each_returns_its_own_value_or_error_in_one_read() -> None:
    reads: list[list[int]] = []

    async def read(keys: list[int]) -> dict[int, int]:
        reads.append(keys)
        return {key: 2 * key for key in keys}

    loader = Loader(read, cache=False)

    async def ask(key: int) -> int:
        if key == 3:
            raise ValueError("three")
        return await loader.load(await loader.load(key))

    first, second, error = await together([ask(1), ask(2), ask(3)])
    assert (first, second, str(error)) == (4, 8, "three")
    assert reads == [[1, 2], [2, 4]]


async def test_an_error_of_a_read_is_that_of_all_who_wait() -> None:
    async def read(_keys: list[int]) -> dict[int, int]:
        await asyncio.sleep(0)
        raise ValueError("broken")

    loader = Loader(read, cache=True)
    answers = await together([loader.load(1), loader.load(2)])
    assert [str(answer) for answer in answers] == ["broken", "broken"]


async def test_who_is_cancelled_ends_its_coroutines_and_takes_nothing_from_others() -> None:
    go, ended = asyncio.Event(), []

    async def read(keys: list[int]) -> dict[int, int]:
        await go.wait()
        return {key: key for key in keys}

    loader = Loader(read, cache=True)

    async def ask(key: int) -> int:
        try:
            return await loader.load(key)
        finally:
            ended.append(key)

    leaving = asyncio.create_task(together([ask(1), ask(2)]))
    staying = asyncio.create_task(together([loader.load(1)]))
    await asyncio.sleep(0.01)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert ended == [1, 2]
    go.set()
    assert await staying == [1]
