from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from tests.clusters import lay_cluster
from thumper.embedded.parent_death import Account, end_with_parent
from thumper.embedded.postgres_cluster import SUPERUSER, find_fitting_programs, find_programs
from thumper.embedded.postgres_pid_file import remove_stale_pid_files
from thumper.embedded.postgres_server import PostgresServer
from thumper.errors import ServiceDownError
from thumper.settings import Settings

REPOSITORY = Path(__file__).parents[2]
NOBODY = 65534

AS_PLAIN_USER = """
import asyncio, asyncpg, os, pathlib, sys
from thumper.embedded.postgres_server import PostgresServer
from thumper.settings import Settings

async def main():
    server = PostgresServer(Settings(home=sys.argv[1], time_zone="UTC"))
    await server.start()
    connection = await asyncpg.connect(server.url)
    answer = await connection.fetchval("SELECT 'committed as a plain user'")
    await connection.close()
    owner = pathlib.Path(f"/proc/{server.pid}").stat().st_uid
    await server.stop()
    assert os.geteuid() != 0 and owner == os.geteuid(), (owner, os.geteuid())
    print(answer)

asyncio.run(main())
"""


async def ask(server: PostgresServer, question: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest.mark.slow
async def test_what_was_committed_is_there_after_kill_9(settings: Settings) -> None:
    server = PostgresServer(settings)
    await server.start()
    try:
        await ask(server, "CREATE TABLE kept AS SELECT generate_series(1, 500) AS n")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert await server.wait_dead() == -signal.SIGKILL
        assert not server.is_alive()
        await server.start()
        assert await ask(server, "SELECT count(*) FROM kept") == 500
    finally:
        await server.stop()


@pytest.mark.slow
async def test_it_keeps_the_promises_of_a_database_and_listens_on_a_private_socket_only(
    settings: Settings, left_over: Callable[[], list[str]]
) -> None:
    settings.home.mkdir()
    unfinished = settings.home / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("half of an initdb")
    server = PostgresServer(settings)
    await server.start()
    try:
        expected = {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "listen_addresses": "",
            "max_connections": "100",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
        }
        got = {name: await ask(server, f"SHOW {name}") for name in expected}
        assert got == expected
        assert await ask(server, "SELECT lower('ÄÖ') || current_database()") == "äöthumper"
        assert await ask(server, "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'") == 1
        for folder in (settings.postgres_dir, settings.run_dir / "postgres"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not unfinished.exists()
    finally:
        await server.stop()
    assert await server.wait_dead() == 0
    assert "database system is shut down" in server.log_path.read_text()
    assert left_over() == []


@pytest.mark.slow
async def test_it_runs_in_a_home_below_a_folder_that_others_may_not_enter(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    server = PostgresServer(Settings(home=closed / "home", time_zone="UTC"))
    await server.start()
    try:
        assert await ask(server, "SELECT 1") == 1
        process = Path(f"/proc/{server.pid}")
        assert process.stat().st_uid == (NOBODY if os.geteuid() == 0 else os.geteuid())
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        effective = int(status["CapEff"], 16)
        assert effective in {0, 1 << 1, 1 << 2}, "no more of root than entering folders"
    finally:
        await server.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.slow
def test_it_runs_as_a_plain_user(open_folder: Path) -> None:
    home = open_folder / "plain"
    home.mkdir()
    argv = [sys.executable, "-W", "error", "-c", AS_PLAIN_USER, str(home)]
    if os.geteuid() == 0:
        os.chown(home, NOBODY, NOBODY)
        # The interpreter itself may lie below root's home.
        argv = end_with_parent(
            argv, death_signal=signal.SIGTERM, account=Account(NOBODY, NOBODY, "dac_read_search")
        )
    done = subprocess.run(argv, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "committed as a plain user"


@pytest.mark.slow
async def test_a_home_with_a_long_path_has_its_socket_in_a_short_place(open_folder: Path) -> None:
    long = Settings(home=open_folder / ("deep" * 20) / ("deeper" * 15), time_zone="UTC")
    server = PostgresServer(long)
    socket_folder = Path(parse_qs(urlsplit(server.url).query)["host"][0])
    assert server.url == PostgresServer(long).url
    assert str(open_folder) not in server.url
    await server.start()
    try:
        assert await ask(server, "SELECT 1") == 1
        assert socket_folder.is_dir()
    finally:
        await server.stop()
    assert not socket_folder.exists()


@pytest.mark.slow
async def test_a_server_that_cannot_start_is_reported_with_its_log(settings: Settings) -> None:
    server = PostgresServer(settings)
    await server.start()
    await server.stop()
    with (settings.postgres_dir / "postgresql.conf").open("a") as file:
        file.write("\nno_such_option = 1\n")
    with pytest.raises(ServiceDownError, match="no_such_option") as caught:
        await server.start()
    assert str(server.log_path) in str(caught.value)
    assert not server.is_alive()


@contextlib.asynccontextmanager
async def sleeper() -> AsyncIterator[int]:
    """A process of the user that PostgreSQL runs as: it does not mind those of others."""
    account = Account(NOBODY, NOBODY) if os.geteuid() == 0 else None
    argv = end_with_parent(["sleep", "600"], death_signal=signal.SIGTERM, account=account)
    process = await asyncio.create_subprocess_exec(*argv)
    yield process.pid
    assert process.returncode is None, "it is somebody else's process"
    process.kill()
    await process.wait()


@contextlib.asynccontextmanager
async def another_server(home: Path) -> AsyncIterator[int]:
    settings = Settings(home=home, time_zone="UTC")
    lay_cluster(settings)
    server = PostgresServer(settings)
    await server.start()
    assert server.pid is not None
    yield server.pid
    assert await ask(server, "SELECT 1") == 1
    await server.stop()


@pytest.mark.slow
async def test_a_process_id_that_now_belongs_to_another_program_or_postgresql_stops_neither(
    settings: Settings, open_folder: Path
) -> None:
    lay_cluster(settings)
    server = PostgresServer(settings)
    noted = [settings.postgres_dir / "postmaster.pid", settings.run_dir / "postgres" / ".s.PGSQL.5432.lock"]
    await server.start()
    try:
        for other in (sleeper(), another_server(open_folder / "system")):
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)  # as a power cut
            await server.wait_dead()
            async with other as pid:
                for file in noted:
                    _, rest = file.read_text().split("\n", 1)
                    file.write_text(f"{pid}\n{rest}")
                await server.start()
                assert await ask(server, "SELECT 1") == 1
        # The files of a server that serves this very directory stay.
        remove_stale_pid_files(settings.postgres_dir, socket_path=noted[1].with_suffix(""))
        assert all(file.read_text().startswith(f"{server.pid}\n") for file in noted)
    finally:
        await server.stop()


@pytest.mark.slow
async def test_a_directory_of_a_major_version_that_is_not_here_is_refused_and_not_changed(
    settings: Settings,
) -> None:
    server = PostgresServer(settings)
    await server.start()
    await server.stop()
    version = settings.postgres_dir / "PG_VERSION"
    ours = version.read_text()
    version.write_text("13\n")
    before = {path: path.stat().st_mtime_ns for path in settings.postgres_dir.rglob("*")}
    with pytest.raises(ServiceDownError, match=r"made by PostgreSQL 13, .*thumper backup.*thumper restore"):
        await server.start()
    assert {path: path.stat().st_mtime_ns for path in settings.postgres_dir.rglob("*")} == before
    version.write_text(ours)
    await server.start()
    await server.stop()


@pytest.mark.slow
async def test_a_directory_of_an_older_version_that_is_still_here_stays_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = find_programs()
    (older,) = {path for path in newest.parents[1].glob("pginstall*/bin") if path != newest}

    async def find_older(_data_dir: Path) -> Path:
        return older

    server = PostgresServer(settings)
    with monkeypatch.context() as then:
        then.setattr("thumper.embedded.postgres_server.find_fitting_programs", find_older)
        plain = (f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--locale=C")
        then.setattr("thumper.embedded.postgres_cluster.INITDB_OPTIONS", plain)
        await server.start()
        await ask(server, "CREATE TABLE kept AS SELECT 7 AS n")
        await server.stop()
    made_by = (settings.postgres_dir / "PG_VERSION").read_text().strip()
    await server.start()
    try:
        assert await ask(server, "SELECT n FROM kept") == 7
        assert str(await ask(server, "SHOW server_version")).startswith(f"{made_by}.")
        assert await find_fitting_programs(settings.home / "new") == newest != older
    finally:
        await server.stop()


async def test_a_folder_with_other_files_is_not_touched(settings: Settings) -> None:
    settings.postgres_dir.mkdir(parents=True)
    (settings.postgres_dir / "letters.txt").write_text("dear")
    with pytest.raises(ServiceDownError, match="not empty and no PostgreSQL data directory"):
        await PostgresServer(settings).start()
    assert [path.name for path in settings.postgres_dir.iterdir()] == ["letters.txt"]


def test_without_the_wheel_it_asks_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServiceDownError, match="THUMPER_DATABASE_URL"):
        find_programs()
