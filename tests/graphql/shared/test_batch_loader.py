from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from thumper.graphql.shared.batch_loader import MOST_CHOICES, ChoiceLoader, Loader


async def test_what_is_wanted_at_the_same_time_is_read_at_once_and_may_be_awaited_later() -> None:
    reads: list[list[int]] = []

    async def read(keys: list[int]) -> dict[int, str]:
        await asyncio.sleep(0)
        reads.append(keys)
        return {key: f"answer {key}" for key in keys if key != 3}

    loader = Loader(read, cache=True)
    first, second, third = (loader.wanted(key) for key in (1, 2, 3))
    assert await second == "answer 2"
    assert [await first, await first, await third] == ["answer 1", "answer 1", None]
    assert await loader.load(1) == "answer 1"
    assert reads == [[1, 2, 3]]


async def test_an_error_of_a_read_is_raised_for_each_that_awaits_it() -> None:
    async def read(_keys: list[int]) -> dict[int, int]:
        raise ValueError("broken")

    wanted = Loader(read, cache=True).wanted(1)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await wanted


@pytest.mark.parametrize("cache", [True, False])
async def test_each_choice_is_one_read_and_is_kept_only_by_a_cache(cache: bool) -> None:
    reads: Counter[tuple[int, ...]] = Counter()

    async def read(keys: list[int], add: int) -> dict[int, int]:
        reads[(add, *keys)] += 1
        return {key: key + add for key in keys}

    loader = ChoiceLoader(read, cache=cache)
    keys = [(1, 10), (2, 10), (1, 20)]
    for times in (1, 2):
        answers = await asyncio.gather(*map(loader.load, keys))
        assert answers == [11, 12, 21]
        assert set(reads.values()) == {1 if cache else times}
    assert set(reads) == {(10, 1, 2), (20, 1)}
    loader.clear()
    assert await loader.load((1, 10)) == 11
    assert reads[(10, 1)] == 1


async def test_choices_without_end_are_forgotten_where_no_answers_are_kept() -> None:
    async def read(keys: list[int], add: int) -> dict[int, int]:
        return {key: key + add for key in keys}

    loader = ChoiceLoader(read, cache=False)
    for add in range(3 * MOST_CHOICES):
        assert await loader.load((1, add)) == 1 + add
    assert len(loader._loaders) <= MOST_CHOICES + 1
