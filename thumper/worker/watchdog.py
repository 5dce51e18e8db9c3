"""Ends the process when its event loop stands still, as when native code hangs and holds the GIL.

Such a process gives no sign of life and would hold the model for ever. A thread of `faulthandler`, which needs no GIL,
writes the traceback of every thread and ends the process; the supervisor starts a new one.
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
