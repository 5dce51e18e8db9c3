from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest
import redis.asyncio
from arq.connections import RedisSettings
from structlog.testing import capture_logs

from tests.redis_programs import hide_redis, lay_program
from thumper.embedded.redis_program import find_program
from thumper.embedded.redis_server import SOCKET, RedisServer
from thumper.errors import ServiceDownError
from thumper.settings import Settings


async def test_what_was_written_is_there_after_kill_9(settings: Settings) -> None:
    server = RedisServer(settings)
    await server.start()
    try:
        async with redis.asyncio.Redis.from_url(server.url) as client:
            for number in range(200):
                await client.rpush("kept", number)
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            assert await server.wait_dead() == -signal.SIGKILL
        await server.start()
        async with redis.asyncio.Redis.from_url(server.url) as client:
            assert await client.llen("kept") == 200
    finally:
        await server.stop()


async def test_it_refuses_rather_than_forgets_and_listens_on_a_private_socket_only(
    settings: Settings,
) -> None:
    server = RedisServer(settings)
    await server.start()
    try:
        async with redis.asyncio.Redis.from_url(server.url) as client:
            got = await client.config_get("*")
        wanted = {
            "port": "0",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        text = {_word(name): _word(value) for name, value in got.items()}
        assert {name: text[name] for name in wanted} == wanted
        path = RedisSettings.from_dsn(server.url).unix_socket_path
        assert path == str(settings.run_dir / "redis" / SOCKET)
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o700
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    finally:
        await server.stop()
    assert await server.wait_dead() == 0


async def test_a_home_whose_path_needs_quoting_works(open_folder: Path) -> None:
    odd = Settings(home=open_folder / "Wild & free, 100 %", time_zone="UTC")
    server = RedisServer(odd)
    await server.start()
    try:
        async with redis.asyncio.Redis.from_url(server.url) as client:
            await client.set("key", "value")
    finally:
        await server.stop()
    assert (odd.redis_dir / "appendonly.aof").exists() or (odd.redis_dir / "appendonlydir").exists()


async def test_a_redis_of_the_system_serves_where_the_wheel_has_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = await find_program()
    assert real is not None, "these tests need a Redis: that of the wheel, or one on the PATH"
    (tmp_path / "valkey-server").symlink_to(real.path)
    hide_redis(monkeypatch, tmp_path)
    server = RedisServer(settings)
    await server.start()
    try:
        async with redis.asyncio.Redis.from_url(server.url) as client:
            assert (await client.info())["executable"] == str(tmp_path / "valkey-server")
    finally:
        await server.stop()


async def test_what_another_redis_left_unreadable_does_not_keep_it_from_starting(settings: Settings) -> None:
    settings.redis_dir.mkdir(parents=True)
    (settings.redis_dir / "appendonly.aof").write_bytes(b"REDIS0099 of a version to come")
    server = RedisServer(settings)
    with capture_logs() as told:
        await server.start()
    try:
        async with redis.asyncio.Redis.from_url(server.url) as client:
            assert await client.dbsize() == 0
        (line,) = told
        assert line["event"] == "Redis is started again with nothing kept"
        assert str(server.log_path) in line["reason"]
    finally:
        await server.stop()


async def test_one_that_does_not_start_with_nothing_kept_either_is_refused_with_its_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lay_program(tmp_path, "redis-server", "Redis server v=9.0.0 sha=00000000:0", code=1)
    monkeypatch.setenv("PATH", str(tmp_path))
    settings.redis_dir.mkdir(parents=True)
    (settings.redis_dir / "appendonly.aof").touch()
    with pytest.raises(ServiceDownError, match=r"ended instead of starting.*\n.*v=9.0.0"):
        await RedisServer(settings).start()


def _word(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
