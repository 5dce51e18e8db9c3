"""Every test of this folder may ask a running API, and looks at it with the same browser.

A browser belongs to the loop in which it was started, so these tests, and the APIs that they ask, run in the one loop
of the test run's process and not in one of each test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.api import Api, running_api
from tests.page.shared_browser import SHARED
from thumper.settings import Settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the tests of this folder share a loop."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def _browser_ends() -> AsyncIterator[None]:
    yield
    await SHARED.end()


@pytest_asyncio.fixture(loop_scope="session")
async def api(settings: Settings) -> AsyncIterator[Api]:
    """A running API on an empty database, whose rows the test makes in the same process."""
    async with running_api(settings) as running:
        yield running
