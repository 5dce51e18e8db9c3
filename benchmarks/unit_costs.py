"""What one image costs a running Thumper: processor time by process, and bytes on the disk by table and folder."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from benchmarks.machine import tree_cpu

ROOMS: Final = ("watch", "work", "serve", "up")
SIZES: Final = """
SELECT relname AS name, pg_table_size(oid) AS rows, pg_indexes_size(oid) AS indexes FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(oid) DESC
"""
LEAST_BYTES: Final = 20
"""Tables that take less of an image are not told of."""


def spent_ms(pid: int) -> Counter[str]:
    """Return the milliseconds of processor time so far of a process and all below it, by what they are."""
    spent: Counter[str] = Counter()
    for process, spent_s in tree_cpu(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            spent[kind_of(process)] += round(1000 * spent_s)
    return spent


def kind_of(process: psutil.Process) -> str:
    """Return what a process of Thumper is: a room, a server, or a child that decodes."""
    words = process.cmdline()
    if not words or "postgres" in words[0]:  # PostgreSQL's children call themselves by what they do
        return "PostgreSQL"
    if "redis" in words[0]:
        return "Redis"
    if "thumper" in words:
        return next((room for room in ROOMS if room in words), "up")
    return "decoding"


async def bytes_per_image(connection: asyncpg.Connection, home: Path) -> dict[str, dict[str, float]]:
    """Return the bytes that each table's rows and indexes take of an image, and those of each folder of the home."""
    images = await connection.fetchval("SELECT count(*) FROM image")
    await connection.execute("VACUUM")
    rows = await connection.fetch(SIZES)
    tables = {
        row["name"]: {"rows": round(row["rows"] / images), "indexes": round(row["indexes"] / images)}
        for row in rows
        if row["rows"] + row["indexes"] > LEAST_BYTES * images
    }
    folders = {
        f"{folder.name}/": {"files": round(_size(folder) / images)}
        for folder in home.iterdir()
        if folder.is_dir()
    }
    return tables | {name: size for name, size in folders.items() if size["files"] > LEAST_BYTES}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
