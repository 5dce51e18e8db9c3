from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio
import redis.exceptions
from structlog.testing import capture_logs

from tests.patience import PATIENCE_S
from tests.redis_programs import hide_redis
from thumper.embedded import log_file
from thumper.embedded.lock_file import is_locked
from thumper.embedded.postgres_server import NOT_YET
from thumper.embedded.servers import Addresses, find_running, running_servers
from thumper.errors import AlreadyRunningError, SettingError
from thumper.settings import NO_REDIS, Settings

REPOSITORY = Path(__file__).parents[2]
LeftOver = Callable[[], list[str]]
Until = Callable[[Callable[[], bool]], None]

OWNER = """
import asyncio, asyncpg, sys
from thumper.embedded.postgres_server import NOT_YET
from thumper.embedded.servers import running_servers
from thumper.settings import Settings

async def main():
    async with running_servers(Settings(home=sys.argv[1], time_zone="UTC"), require_owner=True) as addresses:
        connection = await asyncpg.connect(addresses.database_url)
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@contextlib.contextmanager
def owned_by_another_process(settings: Settings) -> Iterator[int]:
    """Start a process that runs the servers of the home, and yield its id; kill it at the end."""
    argv = [sys.executable, "-c", OWNER, str(settings.home)]
    with subprocess.Popen(argv, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as owner:
        try:
            assert owner.stdout is not None
            assert any(line == "ready\n" for line in owner.stdout)
            yield owner.pid
        finally:
            owner.kill()


async def answers(addresses: Addresses) -> bool:
    try:
        connection = await asyncpg.connect(addresses.database_url, timeout=5)
        await connection.close()
        async with redis.asyncio.Redis.from_url(addresses.redis_url) as client:
            return bool(await client.ping())
    except (*NOT_YET, redis.exceptions.RedisError):
        return False


@pytest.mark.slow
async def test_a_killed_owner_leaves_no_server_and_the_next_one_finds_the_data_and_bounds_the_logs(
    settings: Settings, left_over: LeftOver, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owned_by_another_process(settings) as owner:
        assert len(left_over()) >= 3
        running = find_running(settings)
        assert running is not None
        with pytest.raises(AlreadyRunningError, match=f"{settings.home} .process {owner}"):
            async with running_servers(settings, require_owner=True):
                pass
    monkeypatch.setattr(log_file, "ROTATE_BYTES", 100)
    monkeypatch.setattr(log_file, "LOOK_EVERY_S", 0.02)
    # At once: the servers of the killed owner are still shutting down.
    async with running_servers(settings) as addresses:
        assert addresses == replace(running, owned=True)
        connection = await asyncpg.connect(addresses.database_url)
        assert await connection.fetchval("SELECT n FROM kept") == 42
        await connection.close()
        aside = [settings.log_dir / f"{name}.log.1" for name in ("postgres", "redis")]
        async with asyncio.timeout(PATIENCE_S):
            while not all(path.exists() for path in aside):  # noqa: ASYNC110  # the servers' keeper makes them
                await asyncio.sleep(0.02)
    until(lambda: left_over() == [])


@pytest.mark.slow
async def test_servers_of_a_killed_owner_end_by_themselves(
    settings: Settings, left_over: LeftOver, until: Until
) -> None:
    with owned_by_another_process(settings):
        pass
    until(lambda: left_over() == [])
    assert "database system is shut down" in (settings.log_dir / "postgres.log").read_text()
    assert find_running(settings) is None


@pytest.mark.slow
async def test_a_server_that_dies_is_started_again_at_the_same_address(settings: Settings) -> None:
    async with running_servers(settings) as addresses:
        before = _pids(settings)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while not await answers(addresses) or before & _pids(settings):  # noqa: ASYNC110  # other processes
                await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_second_process_joins_and_the_last_one_finds_nothing(
    settings: Settings, left_over: LeftOver
) -> None:
    assert find_running(settings) is None
    async with running_servers(settings) as first, running_servers(settings) as second:
        assert first.owned
        assert second == replace(first, owned=False) == find_running(settings)
        assert await answers(second)
        note = json.loads((settings.run_dir / "servers.json").read_text())
        assert note["pid"] == os.getpid()
    assert find_running(settings) is None
    assert left_over() == []


@pytest.mark.slow
async def test_of_two_that_start_at_once_one_waits_for_the_other(settings: Settings) -> None:
    async def take_part(done: asyncio.Barrier) -> bool:
        async with running_servers(settings) as addresses:
            assert await answers(addresses)
            await done.wait()
            return addresses.owned

    done = asyncio.Barrier(2)
    owned = await asyncio.gather(take_part(done), take_part(done))
    assert sorted(owned) == [False, True]


@pytest.mark.slow
@pytest.mark.parametrize("started", [False, True], ids=["while starting", "while running"])
async def test_cancelling_leaves_no_process(settings: Settings, left_over: LeftOver, started: bool) -> None:
    up = asyncio.Event()

    async def run() -> None:
        async with running_servers(settings):
            up.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    if started:
        await up.wait()
    else:
        while not left_over():  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.01)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert left_over() == []
    assert not is_locked(settings.run_dir / "servers.lock")


async def test_given_addresses_win_and_start_nothing(settings: Settings, left_over: LeftOver) -> None:
    given = settings.model_copy(update={"database_url": "postgresql://db/x", "redis_url": "redis://cache/0"})
    expected = Addresses("postgresql://db/x", "redis://cache/0", owned=False)
    assert find_running(given) == expected
    async with running_servers(given) as addresses:
        assert addresses == expected
    assert left_over() == []
    async with running_servers(given, require_owner=True) as addresses:
        assert addresses == replace(expected, owned=True)
        with pytest.raises(AlreadyRunningError):
            async with running_servers(given, require_owner=True):
                pass
    assert left_over() == []


async def test_one_given_address_leaves_the_other_server_embedded(settings: Settings) -> None:
    given = settings.model_copy(update={"database_url": "postgresql://db/x"})
    async with running_servers(given) as addresses:
        assert addresses.database_url == "postgresql://db/x"
        async with redis.asyncio.Redis.from_url(addresses.redis_url) as client:
            assert await client.ping()
        assert not settings.postgres_dir.exists()
        assert "postgresql://db/x" not in (settings.run_dir / "servers.json").read_text()
        with pytest.raises(SettingError, match="THUMPER_DATABASE_URL"):
            find_running(settings)


async def test_where_there_is_no_redis_nothing_is_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, left_over: LeftOver
) -> None:
    hide_redis(monkeypatch, tmp_path)
    given = settings.model_copy(update={"database_url": "postgresql://db/x"})
    with capture_logs() as told:
        async with running_servers(given) as addresses:
            assert addresses == Addresses("postgresql://db/x", NO_REDIS, owned=True)
            assert find_running(given) == replace(addresses, owned=False)
            assert left_over() == []
    assert told == []


async def test_without_redis_by_choice_no_other_process_needs_to_be_told(settings: Settings) -> None:
    given = settings.model_copy(update={"database_url": "postgresql://db/x"})
    async with running_servers(given.model_copy(update={"redis_url": NO_REDIS}), require_owner=True):
        assert find_running(given) == Addresses("postgresql://db/x", NO_REDIS, owned=False)
        async with running_servers(given) as joined:
            assert joined.redis_url == NO_REDIS


async def test_a_redis_that_does_not_start_is_told_once_and_done_without(settings: Settings) -> None:
    given = settings.model_copy(update={"database_url": "postgresql://db/x"})
    settings.home.mkdir()
    settings.redis_dir.touch()  # where its folder would be
    with capture_logs() as told:
        async with running_servers(given) as addresses:
            assert addresses.redis_url == NO_REDIS
            assert "Redis cannot be started" in addresses.redis_error
    assert [(line["log_level"], line["reason"]) for line in told] == [("warning", addresses.redis_error)]


async def test_a_home_that_cannot_be_used_is_named(open_folder: Path) -> None:
    (open_folder / "home").write_text("a file")
    with pytest.raises(SettingError, match="THUMPER_HOME"):
        async with running_servers(Settings(home=open_folder / "home", time_zone="UTC")):
            pass


def _pids(settings: Settings) -> set[int]:
    """Return the process ids of those of the two servers that run."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith((b"/postgres", b"/redis-server")) and str(
                settings.home
            ).encode() in b" ".join(words):
                found.add(int(folder.name))
    return found
