"""A running API, and the settings with which a command finds it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.api import Api, running_api
from thumper.cli import logs, room
from thumper.settings import Settings


@pytest_asyncio.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with running_api(settings) as running:
        yield running


@pytest.fixture
def client_settings(settings: Settings, api: Api) -> Settings:
    return settings.model_copy(update={"port": urlsplit(api.url).port})


@pytest.fixture
def at_the_api(client_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands of this process find the API."""
    give_commands(client_settings, monkeypatch)


def give_commands(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands of this process use these settings."""
    for name, value in settings.as_environment().items():
        if name.startswith("THUMPER_"):
            monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _own_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the logs of the test run as they are: a command that runs in it would set up its own."""
    for module in (logs, room):
        monkeypatch.setattr(module, "configure_logs", lambda _: None)
