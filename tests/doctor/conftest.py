"""A check context in which everything works, and one whose database cannot be asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from thumper.doctor.check_context import CheckContext
from thumper.settings import Settings
from thumper.store.postgres.connect import client
from thumper.store.postgres.schema_version import read_gap


@pytest_asyncio.fixture
async def context(database: str, settings: Settings) -> CheckContext:
    """Everything can be asked; nothing was dropped yet."""
    settings.drop_dir.mkdir()
    return CheckContext(settings=settings, gap=await read_gap(client()))


@pytest.fixture
def lone_settings(tmp_path: Path) -> Settings:
    """Settings of a home that names no server."""
    return Settings(
        home=tmp_path / "home",
        drop=tmp_path / "drop",
        time_zone="America/Chicago",
        device="cpu",
        rescan_s=1.0,
    )


@pytest.fixture
def offline(lone_settings: Settings) -> CheckContext:
    """The database cannot be asked; there is a drop folder."""
    lone_settings.drop_dir.mkdir()
    return CheckContext(settings=lone_settings, database_error="PostgreSQL does not answer.")
