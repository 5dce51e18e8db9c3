"""A running API on an empty database, whose rows the test makes in the same process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.api import Api, running_api
from thumper.settings import Settings


@pytest_asyncio.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with running_api(settings) as running:
        yield running
