"""Waking the worker: the sending half of arq, and nothing more.

A wake-up carries no data. Losing every one of them costs the seconds until the worker polls the queue,
never an image; so nothing here raises when Redis is away.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any, Final

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

QUEUE: Final = "thumper:wakeups"
"""arq queue that workers listen to."""

FUNCTION: Final = "look"
"""Name of the worker's arq function."""

_EXPIRES_MS: Final = 60_000
"""A wake-up that was not taken for a minute has been overtaken by the worker's own polling."""

_LONG_AGO: Final = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)
"""When a wake-up is due. arq would say now, by this machine's clock, and a worker whose clock is behind would wait."""

PATIENCE_S: Final = 2.0
"""Longest that sending a wake-up may take: a frozen Redis accepts bytes and never answers."""

AWAY: Final = (RedisError, OSError, TimeoutError, asyncio.TimeoutError)
"""What a call raises while Redis is away."""


def redis_settings(url: str, *, retries: int = 0) -> RedisSettings:
    """Return arq's settings for a `redis://` or `unix://` URL."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 2
    settings.conn_retries = retries
    settings.conn_retry_delay = 1
    return settings


def serialise(job: dict[str, Any]) -> bytes:
    """Write an arq job, or the result of one, as JSON, an exception in its own words.

    arq's default, pickle, would run code that anyone with access to Redis put there.
    """
    return json.dumps(job, default=repr).encode()


def deserialise(raw: bytes) -> dict[str, Any]:
    """Read what `serialise` wrote."""
    job: dict[str, Any] = json.loads(raw)
    return job


class Wakeup:
    """Sends wake-ups; connects when first needed and again after an outage."""

    def __init__(self, redis_url: str | None) -> None:
        """Take the URL of Redis; with None nothing is sent, and workers poll the queue."""
        self._url = redis_url
        self._pool: ArqRedis | None = None

    async def wake(self) -> None:
        """Wake a worker so that it looks for work. Never raises."""
        if self._url is None:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._send(self._url)
        except AWAY as error:
            log.warning(
                "no wake-up sent, Redis is away; the worker will look by itself",
                error=str(error) or type(error).__name__,
            )
            await self.close()

    async def _send(self, url: str) -> None:
        if self._pool is None:
            self._pool = await create_pool(
                redis_settings(url),
                job_serializer=serialise,
                job_deserializer=deserialise,
                default_queue_name=QUEUE,
            )
        await self._pool.enqueue_job(FUNCTION, _expires=_EXPIRES_MS / 1000, _defer_until=_LONG_AGO)

    async def close(self) -> None:
        """Drop the connection."""
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                await pool.aclose()
            except AWAY as error:
                log.debug("Redis connection was gone already", error=str(error))
