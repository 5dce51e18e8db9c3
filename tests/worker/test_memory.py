from __future__ import annotations

import subprocess
import sys

from thumper.worker.memory import kept_bytes


def test_a_small_machine_keeps_an_eighth_of_its_memory_and_a_large_one_a_gigabyte() -> None:
    assert kept_bytes(800_000_000) == 100_000_000
    assert kept_bytes(1 << 40) == 1 << 30


def test_what_is_freed_is_kept_until_it_is_returned() -> None:
    """In a process of its own: the C library's options cannot be taken back."""
    program = """
import re
from thumper.worker.memory import keep_freed_memory, return_freed_memory
def resident_kb():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1])
keep_freed_memory(64 << 30)
blocks = [bytearray(b"x") * 20_000_000 for _ in range(5)]
keeper = bytearray(100)
held = resident_kb()
blocks.clear()
kept = resident_kb()
return_freed_memory()
print(held, kept, resident_kb())
"""
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    held, kept, returned = map(int, told.stdout.split())
    assert held - kept < 20_000
    assert kept - returned > 80_000
