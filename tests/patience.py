"""Waiting for what will be true soon, however slow and busy the machine is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 60.0
"""Waiting this long means failure."""


async def until(
    condition: Callable[[], Awaitable[bool]], *, timeout_s: float = PATIENCE_S, every_s: float = 0.05
) -> None:
    """Wait until the condition holds; fail after `timeout_s`."""
    give_up_at = time.monotonic() + timeout_s
    while not await condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        await asyncio.sleep(every_s)
