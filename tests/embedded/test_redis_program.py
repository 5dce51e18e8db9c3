"""The newest Redis that runs on this machine is used, and none is an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.redis_programs import hide_redis, lay_program, lay_wheel
from thumper.embedded import redis_program
from thumper.embedded.redis_program import RedisProgram, find_program

REDIS_6 = "Redis server v=6.2.14 sha=00000000:0 malloc=libc bits=64 build=b8a1b7b5bf2b4b7"
REDIS_7 = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=d81bf13b5bf2b4b7"
VALKEY_8 = "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=c1d4a5b6"


async def test_where_there_is_none_none_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hide_redis(monkeypatch, tmp_path)
    assert await find_program() is None


async def test_without_a_wheel_the_newest_on_the_path_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hide_redis(monkeypatch, tmp_path)
    redis = lay_program(tmp_path, "redis-server", REDIS_7)
    assert await find_program() == RedisProgram(redis, (7, 0, 15))
    valkey = lay_program(tmp_path, "valkey-server", VALKEY_8)
    found = await find_program()
    assert found == RedisProgram(valkey, (8, 1, 1))
    assert str(found) == f"{valkey} (8.1.1)"


@pytest.mark.parametrize(
    ("version", "path_wins"),
    [("5.0.7", False), ("6.2.9", False), ("6.10.0", True), ("7.0.15", True), ("10.0.0", True)],
)
async def test_a_newer_one_on_the_path_is_used_rather_than_the_wheels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, path_wins: bool
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    of_the_wheel = lay_wheel(monkeypatch, tmp_path, REDIS_6)
    program = lay_program(tmp_path, "redis-server", f"Redis server v={version} sha=00000000:0")
    found = await find_program()
    assert found is not None
    assert found.path == (program if path_wins else of_the_wheel)


async def test_of_equally_new_ones_the_wheels_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    of_the_wheel = lay_wheel(monkeypatch, tmp_path, REDIS_6)
    (tmp_path / "valkey-server").symlink_to(of_the_wheel)
    found = await find_program()
    assert found is not None
    assert found.path == of_the_wheel


async def test_what_cannot_run_here_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hide_redis(monkeypatch, tmp_path)
    monkeypatch.setattr(redis_program, "PATIENCE_S", 0.2)
    # As Debian's does on the kernel of a Pi 5, whose pages are larger.
    lay_program(tmp_path, "redis-server", "<jemalloc>: Unsupported system page size", code=134)
    hanging = tmp_path / "valkey-server"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    assert await find_program() is None
    hanging.write_bytes(b"\x7fELF of another machine")
    assert await find_program() is None
