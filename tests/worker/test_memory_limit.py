from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from thumper.worker.memory_limit import memory_limit_bytes

MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_without_limits_it_is_the_machines_memory(tmp_path: Path) -> None:
    assert memory_limit_bytes(tmp_path, tmp_path / "none") == MACHINE
    write(tmp_path / "own", "0::/user.slice\n")
    write(tmp_path / "user.slice" / "memory.max", "max\n")
    assert memory_limit_bytes(tmp_path, tmp_path / "own") == MACHINE


def test_the_smallest_limit_of_the_groups_above_holds(tmp_path: Path) -> None:
    write(tmp_path / "own", "0::/system.slice/thumper.service\n")
    write(tmp_path / "system.slice" / "thumper.service" / "memory.max", "900000000\n")
    write(tmp_path / "system.slice" / "memory.max", "800000000\n")
    assert memory_limit_bytes(tmp_path, tmp_path / "own") == 800_000_000


def test_a_container_sees_its_own_group_at_the_root(tmp_path: Path) -> None:
    write(tmp_path / "own", "12:pids:/docker/ab12\n4:cpu,memory:/docker/ab12\n")
    write(tmp_path / "memory" / "memory.limit_in_bytes", "500000000\n")
    assert memory_limit_bytes(tmp_path, tmp_path / "own") == 500_000_000


def test_a_resource_limit_holds_too() -> None:
    program = "from thumper.worker.memory_limit import memory_limit_bytes; print(memory_limit_bytes())"
    limited = ["sh", "-c", 'ulimit -v 1000000; exec "$0" -c "$1"', sys.executable, program]
    told = subprocess.run(limited, capture_output=True, text=True, check=True, timeout=60).stdout
    assert int(told) == 1_000_000 * 1024
