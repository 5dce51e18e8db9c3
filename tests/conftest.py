"""Real servers, real photos and a fresh database for every test that asks."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import hypothesis
import pytest
import pytest_asyncio
import redis

from benchmarks.copies import with_comment
from tests.clusters import lay_cluster
from tests.databases import (
    TEMPLATE,
    Databases,
    administer,
    create_database,
    drop_database,
    in_thread,
    read_shape,
)
from thumper.demo.ranch import build_ranch
from thumper.embedded.servers import Addresses, running_servers
from thumper.settings import PREFIX, Settings
from thumper.store.postgres.connect import open_database

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
"""Real photos and models; CI fails without them, elsewhere drawn photos stand in."""

IN_CI = os.environ.get("CI") == "true"

# A busy machine takes its time. CI tries the same examples each time; elsewhere new ones are drawn.
hypothesis.settings.register_profile("thumper", deadline=None, derandomize=IN_CI)
hypothesis.settings.load_profile("thumper")


def pytest_report_header() -> str:
    """Return which photos the tests run on."""
    real = (
        "real photos of ../shared/data" if SHARED_DATA.is_dir() else "DRAWN photos (no ../shared/data here)"
    )
    return f"photos: {real}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make what a test logged UTF-8, as the processes of a test run exchange it: file names need not be."""
    report = yield
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Thumpers that tests start note that they run, in place of the developer's own folder."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch, state_home: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(state_home))
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Addresses]:
    """Embedded PostgreSQL and Redis of this process of the test run."""
    settings = Settings(home=tmp_path_factory.mktemp("servers"))
    lay_cluster(settings)
    async with running_servers(settings) as addresses:
        # What tests write need not survive a power cut.
        await administer(addresses.database_url, "ALTER SYSTEM SET fsync = off")
        await administer(addresses.database_url, "SELECT pg_reload_conf()")
        yield addresses


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def databases(servers: Addresses) -> AsyncIterator[Databases]:
    """Migrated databases without a row, to be used in turn."""
    migrated = urlsplit(servers.database_url).path.removeprefix("/")
    template = await create_database(servers.database_url, TEMPLATE, template=migrated)
    own = Databases(servers.database_url, shape=await read_shape(template))
    yield own
    own.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database without a row."""
    with databases.borrowed() as url:
        yield url


@pytest.fixture
def empty_database_url(servers: Addresses) -> Iterator[str]:
    """A database without any table, dropped afterwards."""
    url = in_thread(create_database(servers.database_url, f"empty_{uuid4().hex}"))
    yield url
    in_thread(drop_database(url))


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """The same, opened in this process; the value is its URL."""
    async with open_database(database_url, pool_size=5):
        yield database_url


@pytest.fixture
def redis_url(servers: Addresses) -> str:
    """An empty Redis."""
    with redis.Redis.from_url(servers.redis_url) as connection:
        connection.flushall()
    return servers.redis_url


@pytest.fixture
def settings(tmp_path: Path, database_url: str, redis_url: str) -> Settings:
    """Settings for a home of this test, with short times."""
    return Settings(
        home=tmp_path / "home",
        drop=tmp_path / "drop",
        database_url=database_url,
        redis_url=redis_url,
        time_zone="America/Chicago",
        device="cpu",
        look_s=0.2,
        settle_s=0.5,
        poll_s=0.5,
        sweep_s=0.5,
        rescan_s=1.0,
        truncated_hold_s=1.0,
        lease_s=3.0,
        heartbeat_s=1.0,
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; fails in CI when it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.fail(f"{SHARED_DATA} is missing: this test needs the real photos and models")
    return SHARED_DATA


@pytest.fixture(scope="session")
def field_inputs(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files as real cards brought them, F1 to F16 of `../shared/data/field/recipes.py`. Copy what a test changes."""
    folder = tmp_path_factory.mktemp("field")
    subprocess.run([sys.executable, shared_data / "field" / "recipes.py"], cwd=folder, check=True)
    return folder / "built"


def _drawn_photos(folder: Path) -> list[Path]:
    """Write 400 photos out of the few dozen drawn ones; those with the same picture differ in a comment."""
    ranch = build_ranch(folder / "cards")
    whole = {
        photo.sha256: card.folder / photo.path
        for card in ranch.cards
        for photo in card.photos
        if not photo.truncated
    }
    written = []
    for number, drawn in zip(range(400), itertools.cycle(whole.values()), strict=False):
        written.append(folder / f"drawn{number:04d}.jpg")
        written[-1].write_bytes(with_comment(drawn.read_bytes(), f"number {number}".encode()))
    return written


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], list[Path]]:
    """Return the first n trail-camera photos: real ones, or outside CI drawn ones when there are none."""
    real = SHARED_DATA / "images" / "trailcam-deer" / "wildgame" / "images"
    if real.is_dir():
        found = sorted(real.glob("*.jpg"))
    elif IN_CI:
        pytest.fail(f"{real} is missing: CI tests on real photos")
    else:
        found = _drawn_photos(tmp_path_factory.mktemp("drawn"))

    def first(count: int) -> list[Path]:
        assert count <= len(found), f"only {len(found)} photos are here, {count} were asked for"
        return found[:count]

    return first
