"""Ends the process when its event loop stands still, as native code does that hangs and keeps Python's lock.

Such a process gives no sign of life, cannot notice it by itself, and would hold the model for ever. A thread of the
interpreter that needs no lock writes down where every thread stands and ends it; whoever supervises starts a fresh one.
"""

from __future__ import annotations

import asyncio
import faulthandler
from typing import Final

LOOKS: Final = 10
"""How often the loop shows that it runs while `limit_s` passes."""


async def keep_watch(limit_s: float) -> None:
    """End the process with code 1 when the loop does not run for `limit_s`; until cancelled."""
    try:
        while True:
            faulthandler.dump_traceback_later(limit_s, exit=True)
            await asyncio.sleep(limit_s / LOOKS)
    finally:
        faulthandler.cancel_dump_traceback_later()
