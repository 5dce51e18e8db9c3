"""Whether a process that is gone was killed because memory ran out, of the machine or of a control group."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Final

_COUNTERS: Final = Path("/proc/vmstat")
_LAST_WORDS: Final = ("MemoryError", "std::bad_alloc", "Cannot allocate memory")
"""What a process writes last that ends by itself since it gets no memory, as under a resource limit."""


def memory_kills() -> int:
    """Return how many processes the kernel has killed for lack of memory since it booted; 0 where it does not say."""
    try:
        lines = _COUNTERS.read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def ran_out_of_memory(code: int, *, kills: int, last_words: str) -> bool:
    """Return whether an exit code, negative for a signal, is that of a process that had no memory.

    `kills` is by how much `memory_kills` grew during its life. A SIGKILL from elsewhere while the kernel killed another
    process is taken for this, too: it costs a smaller batch for a while.
    """
    if code == -signal.SIGKILL:
        return kills > 0
    return code != 0 and any(words in last_words for words in _LAST_WORDS)
