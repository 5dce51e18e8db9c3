"""PostgreSQL and Redis of a scenario's own, which only the scenario starts again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from tests.clusters import lay_cluster
from thumper.embedded.postgres_server import PostgresServer
from thumper.embedded.redis_server import RedisServer
from thumper.settings import Settings

T = TypeVar("T")


class OwnServers:
    """Both servers, in a home of their own; their event loop runs in a thread, so that the caller needs none."""

    def __init__(self, home: Path) -> None:
        """Choose the home; nothing is started."""
        home.mkdir(parents=True, exist_ok=True)
        lay_cluster(Settings(home=home))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="servers", daemon=True)
        self._postgres = PostgresServer(Settings(home=home))
        self._redis = RedisServer(Settings(home=home))
        self.database_url = self._postgres.url
        self.redis_url = self._redis.url

    def __enter__(self) -> Self:
        """Start both; the schema is in place."""
        self._thread.start()
        self._do(self._postgres.start())
        self._do(self._redis.start())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        self._do(self._postgres.stop())
        self._do(self._redis.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def end_postgres(self, number: signal.Signals) -> None:
        """End PostgreSQL with SIGKILL, or with SIGQUIT as `pg_ctl -m immediate` does, and wait for its end."""
        pid = self._postgres.pid
        assert pid is not None, "PostgreSQL is down already"
        os.kill(pid, number)
        self._do(self._postgres.wait_dead())

    def start_postgres(self) -> float:
        """Start it again; return the seconds that recovery took, until it answered."""
        began_s = time.monotonic()
        self._do(self._postgres.start())
        return time.monotonic() - began_s

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)
