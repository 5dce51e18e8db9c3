"""The demo waits for as long as something comes of a card, and says in a sentence when nothing does."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, make_dump, make_image
from thumper.cli import benchmark, demo
from thumper.demo.card import Card
from thumper.errors import ServiceDownError, ThumperError
from thumper.settings import NO_REDIS, Settings
from thumper.store.times import clock_questions

CARD = Card(name="Ridge", folder=Path("/cards/Ridge"), drop_folder="North Ridge", location=None, photos=())


def dumps(completed: int) -> list[dict[str, Any]]:
    return [
        {
            "folder": "North Ridge",
            "number": 1,
            "settledAt": "2024-11-09T12:00:00Z",
            "receipt": {"found": 8, "waiting": 0, "rejected": 0},
            "fileImageCounts": {"total": 8, "processing": 0, "completed": completed, "failed": 0},
        }
    ]


@pytest.mark.parametrize(
    ("chosen", "used"), [(NO_REDIS, NO_REDIS), ("redis://own.ranch/0", None), (None, None)]
)
def test_apart_from_ones_own_servers_to_have_no_redis_stays_a_choice(
    settings: Settings, chosen: str | None, used: str | None
) -> None:
    own = settings.model_copy(update={"redis_url": chosen})
    assert demo._demo_settings(own).redis_url == used
    assert benchmark._settings_of(own).redis_url == used


@pytest.mark.slow
async def test_a_slow_card_is_waited_for_while_something_comes_of_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    still_s = 1.0
    monkeypatch.setattr(demo, "STILL_S", still_s)
    monkeypatch.setattr(demo, "LOOK_S", 0.05)
    began_s = time.monotonic()

    async def slowly(_settings: Settings) -> list[dict[str, Any]]:
        gone_s = time.monotonic() - began_s
        if gone_s < 0.4:
            raise ServiceDownError("the API is still starting")
        return dumps(min(8, int(gone_s / 0.4)))

    monkeypatch.setattr(demo, "_dumps", slowly)
    await asyncio.wait_for(demo._wait_for(settings, CARD, number=1), 60)
    assert time.monotonic() - began_s > 3 * still_s


async def test_a_card_of_which_nothing_comes_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "STILL_S", 0.3)
    monkeypatch.setattr(demo, "LOOK_S", 0.05)

    async def never(_settings: Settings) -> list[dict[str, Any]]:
        return dumps(5)

    monkeypatch.setattr(demo, "_dumps", never)
    with pytest.raises(ThumperError, match=r"card North Ridge for 0 s \(5 of 8 photos detected\)") as refused:
        await demo._wait_for(settings, CARD, number=1)
    assert refused.value.exit_code == 1
    assert str(settings.log_dir) in str(refused.value)


async def test_the_demo_answers_that_its_drawn_cards_are_just_old(client_settings: Settings) -> None:
    dump = await make_dump(first_seen_at=NOON + dt.timedelta(days=365), settled_at=NOON)
    await make_image(dump)
    assert set(await clock_questions.of_dumps([dump.id])) == {dump.id}
    for _ in range(2):
        await demo._confirm_clocks(client_settings)
        assert await clock_questions.of_dumps([dump.id]) == {}
