"""How fast found files become rows of the ledger, against COPY of the same rows into the same table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from benchmarks.machine import Others, disturbed
from thumper.domain.file import Found
from thumper.domain.progress import SourceKind
from thumper.settings import Settings
from thumper.store.files import registration, sources
from thumper.store.postgres.connect import open_database

AT_ONCE: Final = 1000
"""Files recorded in one transaction, as the watcher does."""
_EMPTY: Final = "TRUNCATE file, dump, feed CASCADE"
_TWIN: Final = "CREATE TABLE twin (LIKE file INCLUDING ALL)"


@dataclass(slots=True)
class Registered:
    """Rows a second in every round."""

    files: int
    own: list[float] = field(default_factory=list)
    copy: list[float] = field(default_factory=list)
    copy_unchecked: list[float] = field(default_factory=list)
    """Into a table with the same columns and indexes, but without the foreign keys."""
    others: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return medians; the ratios are shares of what COPY does."""
        return {
            "files": self.files,
            "rounds": len(self.own),
            "register_rows_per_s": round(statistics.median(self.own)),
            "copy_rows_per_s": round(statistics.median(self.copy)),
            "copy_without_foreign_keys_rows_per_s": round(statistics.median(self.copy_unchecked)),
            "share_of_copy": _share(self.own, self.copy),
            "share_of_copy_without_foreign_keys": _share(self.own, self.copy_unchecked),
            "disturbed_rounds": disturbed(self.others),
        }


def _share(own: Sequence[float], rival: Sequence[float]) -> float:
    return round(statistics.median(mine / theirs for mine, theirs in zip(own, rival, strict=True)), 2)


async def measure(settings: Settings, *, files: int, rounds: int) -> Registered:
    """Record files as the watcher does, then COPY the very rows that came of it, round by round."""
    registered = Registered(files)
    found = [
        Found(
            f"card {number // 500:03}/DCIM/100MEDIA/IMG_{number:06}.JPG".encode(),
            40_000 + number,
            1_731_000_000_000_000_000 + number,
            number,
        )
        for number in range(files)
    ]
    async with open_database(settings.postgres_url, pool_size=2):
        sql = await asyncpg.connect(settings.postgres_url)
        try:
            await sql.execute(_TWIN)
            for _ in range(rounds):
                others = Others()
                await _round(sql, registered, found)
                registered.others.append(others.share())
        finally:
            await sql.close()
    return registered


async def _round(sql: asyncpg.Connection, registered: Registered, found: Sequence[Found]) -> None:
    source_id = await sources.open_source(SourceKind.DROP, b"/benchmark/drop")
    await sql.execute(f"{_EMPTY}; CHECKPOINT")
    began_s = time.perf_counter()
    for start in range(0, len(found), AT_ONCE):
        await registration.register(source_id, found[start : start + AT_ONCE])
    registered.own.append(len(found) / (time.perf_counter() - began_s))
    rows = [tuple(row) for row in await sql.fetch("SELECT * FROM file ORDER BY id")]
    if len(rows) != len(found):
        raise RuntimeError(f"{len(rows)} rows were recorded, {len(found)} files were found")
    for table, rates in (("file", registered.copy), ("twin", registered.copy_unchecked)):
        await sql.execute(f"TRUNCATE {table} CASCADE; CHECKPOINT")
        began_s = time.perf_counter()
        await sql.copy_records_to_table(table, records=rows)
        rates.append(len(found) / (time.perf_counter() - began_s))
    await sql.execute(f"{_EMPTY}; TRUNCATE twin")
