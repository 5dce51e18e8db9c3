"""A database with something in every table, a backup of it, and an empty home to restore into."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.backup.keeping import keep
from tests.databases import create_database, drop_database
from tests.released import make_released
from thumper.embedded.servers import Addresses
from thumper.settings import Settings
from thumper.store.postgres.schema_version import known_migrations


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def full_template(servers: Addresses) -> str:
    """Name of a database that every version of Thumper has written to, made once."""
    name = "template_used"
    await make_released(await create_database(servers.database_url, name), known_migrations()[-1])
    return name


@pytest_asyncio.fixture
async def used(settings: Settings, servers: Addresses, full_template: str) -> AsyncIterator[Settings]:
    """Settings of a copy of that database."""
    url = await create_database(servers.database_url, f"used_{uuid4().hex}", template=full_template)
    yield settings.model_copy(update={"database_url": url})
    await drop_database(url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept(servers: Addresses, full_template: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of that database, made once: copy it before you spoil it."""
    url = urlsplit(servers.database_url)._replace(path=f"/{full_template}").geturl()
    folder = tmp_path_factory.mktemp("kept")
    await keep(Settings(home=folder / "home", database_url=url, redis_url=None), folder / "backup")
    return folder / "backup"


@pytest.fixture
def whole(kept: Path, tmp_path: Path) -> Path:
    """A backup of its own for this test."""
    return shutil.copytree(kept, tmp_path / "backup")


@pytest.fixture
def fresh(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of another home and of a database in which nothing was ever recorded; no drop folder is named."""
    return settings.model_copy(update={"home": tmp_path / "fresh", "drop": None})
