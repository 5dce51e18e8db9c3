"""Whether PostgreSQL answers at all, asked on a connection of its own."""

from __future__ import annotations

import asyncpg

from thumper.store.connect import OUTAGES


async def answers(url: str, *, within_s: float) -> bool:
    """Say whether a new connection can be made in that time; a frozen server accepts none."""
    try:
        connection = await asyncpg.connect(url, timeout=within_s)
    except OUTAGES:
        return False
    connection.terminate()
    return True
