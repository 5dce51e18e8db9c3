"""Found by every Python process whose path begins here: times every callback of its event loop.

What takes longer than `LEAST_S` is written to a file of the process in the folder that BLOCKED_FOLDER names: when it
began on the monotonic clock, how long it took, how much of that the processor worked for it, and what it was.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Final

LEAST_S: Final = 0.001

_run = asyncio.Handle._run  # noqa: SLF001  # the one place that every callback goes through
_file = Path(os.environ["BLOCKED_FOLDER"], f"{os.getpid()}.jsonl")


def _timed(handle: asyncio.Handle) -> None:
    began_s, began_cpu_s = time.monotonic(), time.thread_time()
    _run(handle)
    took_s = time.monotonic() - began_s
    if took_s > LEAST_S:
        told = {
            "began_s": began_s,
            "took_s": took_s,
            "cpu_s": time.thread_time() - began_cpu_s,
            "what": repr(handle),
        }
        with _file.open("a") as file:
            file.write(json.dumps(told) + "\n")


asyncio.Handle._run = _timed  # type: ignore[assignment, method-assign]  # noqa: SLF001
