"""What a benchmark ran on, and who else used it, so that its figures can be read later."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import psutil


def describe() -> str:
    """Return processor, cores, Python and the load that others put on the machine."""
    model = platform.processor() or "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return f"{model}, {cores} cores, Python {platform.python_version()}, load {load:.1f} before the run"


BUSY: Final = 0.05
"""Share of the machine that others may use before a round is called disturbed."""


class Others:
    """What programs that are not part of the benchmark use of the machine, from now on."""

    def __init__(self) -> None:
        self._began_s, self._busy_s, self._own_s = time.monotonic(), _busy_s(), _own_s()

    def share(self) -> float:
        """Return their share of all processor time since then, 0 to 1; what the hypervisor takes is theirs."""
        spent_s = _busy_s() - self._busy_s - (_own_s() - self._own_s)
        return max(spent_s, 0.0) / ((time.monotonic() - self._began_s) * (os.cpu_count() or 1))


def _busy_s() -> float:
    """Return the seconds that all processors together have worked since the machine started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + getattr(times, "steal", 0.0))


def _own_s() -> float:
    """Return the seconds of this process and of all below it, with those that they have waited for."""
    return tree_cpu_s(os.getpid())


def tree_cpu_s(pid: int) -> float:
    """Return the seconds of processor time of a process and of all below it, with those that they have waited for."""
    return sum(spent_s for _, spent_s in tree_cpu(pid))


def tree_cpu(pid: int) -> Iterator[tuple[psutil.Process, float]]:
    """Yield a process and all below it, each with the seconds that it and those that it has waited for worked."""
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            yield process, times.user + times.system + times.children_user + times.children_system


def disturbed(shares: Sequence[float]) -> list[int]:
    """Return the numbers, from 1, of the rounds in which others used more than `BUSY` of the machine."""
    return [number for number, share in enumerate(shares, 1) if share > BUSY]
