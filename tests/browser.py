"""A real browser on this machine, for the pages that Thumper serves, which is gone in the end whatever it does.

Playwright bounds most of what it waits for, but neither a script in a page nor the browser's own end: what asks a
browser does so within `BROWSED_WITHIN_S`, and one that does not end is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Final

import psutil
from playwright.async_api import Browser, async_playwright

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSED_WITHIN_S: Final = 150.0
"""Within which a test has seen what it wants to see: five times what the slowest takes on a busy machine, and half
of what any test may take, so that the error names the line that waited."""
ENDED_WITHIN_S: Final = 20.0
"""A browser ends in half a second, on a busy machine in three."""


def browser_path() -> str:
    """Return where Chromium or Chrome is; fail when there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "the page needs Chromium or Chrome: run make browser"
    return path


@contextlib.asynccontextmanager
async def driven_browser(*options: str) -> AsyncIterator[Browser]:
    """Start a browser with these options beside the usual ones, and end it with the context."""
    playwright = await async_playwright().start()
    try:
        browser = await playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", *options], timeout=60_000
        )
        try:
            yield browser
        finally:
            await ended(browser.close())
    finally:
        await ended(playwright.stop())


@contextlib.asynccontextmanager
async def browser_of_its_own() -> AsyncIterator[Browser]:
    """Start a browser for one test, which has to be done with it within `BROWSED_WITHIN_S`."""
    async with driven_browser() as browser, asyncio.timeout(BROWSED_WITHIN_S):
        yield browser


async def ended(end: Awaitable[Any]) -> bool:
    """Wait for the end of a browser, or of what runs in it; kill all that this process drives if it does not come."""
    try:
        async with asyncio.timeout(ENDED_WITHIN_S):
            await end
    except TimeoutError:
        _kill_drivers()
        return False
    return True


def _kill_drivers() -> None:
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if child.cmdline()[-1:] == ["run-driver"]:
                for process in (*child.children(recursive=True), child):
                    process.kill()
