"""Counting what somebody does within some seconds: by `limits`, in Redis where there is one, else in this process.

A Redis that fails or hangs is done without for a while: it must never keep anybody from asking (decision 038).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Final

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool

from thumper.wakeup import AWAY

PATIENCE_S: Final = 0.5
"""Longest that Redis is waited for."""
WITHOUT_S: Final = 10.0
"""How long it is done without after that."""
MOST_KEYS: Final = 1000
"""Keys that this process counts by itself; all others together are one more, so that no flood of them fills memory."""
OTHERS: Final = "others"

log = structlog.get_logger(__name__)


class Windows:
    """Where is counted: the Redis at an address, or this process."""

    def __init__(self, redis_url: str | None = None) -> None:
        self._own = MemoryStorage()
        self._pool = None if redis_url is None else ConnectionPool.from_url(redis_url)
        self._shared = None if redis_url is None else _redis(redis_url, self._pool)
        self._without_until_s = 0.0

    async def wait_s(self, item: RateLimitItem, key: str) -> float | None:
        """Count one more of a key; return for how long there may be no more of them, None when there was room."""
        if self._shared is not None and time.monotonic() >= self._without_until_s:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await _wait_s(self._shared, item, key)
            except AWAY as error:
                self._without_until_s = time.monotonic() + WITHOUT_S
                said = str(error) or type(error).__name__
                log.warning("requests are counted without Redis, which is away", error=said)
        return await _wait_s(self._own, item, self._bounded(item, key))

    def _bounded(self, item: RateLimitItem, key: str) -> str:
        known = self._own.expirations
        return key if item.key_for(key) in known or len(known) < MOST_KEYS else OTHERS

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            with contextlib.suppress(*AWAY):
                await self._pool.aclose()


def _redis(url: str, pool: Any) -> RedisStorage:
    """Return the storage at a `redis://`, `rediss://` or `unix://` URL."""
    uri = f"async+{url.replace('unix://', 'redis+unix://')}"
    return RedisStorage(uri, implementation="redispy", connection_pool=pool)


async def _wait_s(storage: Storage, item: RateLimitItem, key: str) -> float | None:
    strategy = FixedWindowRateLimiter(storage)
    if await strategy.hit(item, key):
        return None
    left_s = (await strategy.get_window_stats(item, key)).reset_time - time.time()
    if left_s <= item.get_expiry():
        return max(left_s, 0.0)
    await strategy.clear(item, key)  # the machine's clock was set back, which would make it wait for hours
    return None
