from __future__ import annotations

import asyncio

import pytest

from thumper.store.postgres import probe


async def test_all_who_wait_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def answers(url: str, *, within_s: float) -> bool:
        asked.append(url)
        await asyncio.sleep(within_s / 10)
        return True

    monkeypatch.setattr(probe, "answers", answers)
    monkeypatch.setattr(probe, "PATIENCE_S", 0.05)
    waiting = [
        asyncio.create_task(probe.unless_frozen(asyncio.sleep(0.12, number), "one")) for number in range(50)
    ]
    await asyncio.sleep(0)
    waiting[0].cancel()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert done[1:] == list(range(1, 50))
    assert isinstance(done[0], asyncio.CancelledError)
    assert asked == ["one"]


async def test_all_who_wait_are_told_that_it_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answers(_: str, *, within_s: float) -> bool:
        await asyncio.sleep(within_s / 100)
        return False

    monkeypatch.setattr(probe, "answers", answers)
    monkeypatch.setattr(probe, "PATIENCE_S", 0.05)
    waiting = [probe.unless_frozen(asyncio.sleep(60), url) for url in ("one", "one", "two")]
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in done] == [TimeoutError] * 3
