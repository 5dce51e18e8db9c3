from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest
import redis.asyncio
from arq.connections import RedisSettings

from thumper.embedded.redis_server import SOCKET, RedisServer, find_program
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


def test_without_any_redis_it_asks_for_an_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceDownError, match="THUMPER_REDIS_URL"):
        find_program()


def test_a_redis_of_the_system_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "valkey-server"
    program.touch(mode=0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program() == program


def _word(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
