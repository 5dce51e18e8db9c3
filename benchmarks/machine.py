"""What a benchmark ran on, so that its figures can be read later."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe() -> str:
    """Give processor, cores, Python and the load that others put on the machine."""
    model = platform.processor() or "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return f"{model}, {cores} cores, Python {platform.python_version()}, load {load:.1f} before the run"
