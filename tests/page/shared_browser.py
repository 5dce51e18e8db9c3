"""The browser that the tests of the page share: one a process of the test run, in which each visit has a context.

A context is as good as a browser that was just installed: it has cookies, storage, caches and connections of its own.
Starting a browser and its driver for each test took a quarter of the time of all.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext

from tests.browser import driven_browser, ended

LAN_NAME: Final = "ranch.local"
"""By which the browser finds this machine as another machine of the house would."""
LOOPBACK_ALONE: Final = (
    f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
)
"""The browser finds no other machine by its name, so that whatever works does so without a network."""


class SharedBrowser:
    """Starts when it is first asked for, and again when it has crashed or would not end a context."""

    def __init__(self) -> None:
        self._driven = contextlib.AsyncExitStack()
        self._browser: Browser | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self, **options: Any) -> BrowserContext:
        """Return a new context, with Playwright's options of one; it is to be handed to `close`."""
        if self._browser is None or not self._browser.is_connected():
            await self.end()
            self._loop = asyncio.get_running_loop()
            self._browser = await self._driven.enter_async_context(driven_browser(LOOPBACK_ALONE))
        assert asyncio.get_running_loop() is self._loop, "who shares a browser shares a loop: see conftest.py"
        return await self._browser.new_context(**options)

    async def close(self, context: BrowserContext) -> None:
        """End a context, and all windows in it."""
        if not await ended(context.close()):
            await self.end()

    async def end(self) -> None:
        """End the browser, if one runs."""
        self._browser = None
        await self._driven.aclose()


SHARED: Final = SharedBrowser()
