from __future__ import annotations

from pathlib import Path

import pytest

from thumper.embedded import memory_kills as kernel
from thumper.embedded.memory_kills import memory_kills, ran_out_of_memory


def test_the_kernels_counter_is_read_and_none_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert memory_kills() >= 0
    counters = tmp_path / "vmstat"
    monkeypatch.setattr(kernel, "_COUNTERS", counters)
    assert memory_kills() == 0
    counters.write_text("pgfault 12\noom_kill 3\ndrop_pagecache 0\n")
    assert memory_kills() == 3


@pytest.mark.parametrize(
    ("code", "kills", "words", "is_memory"),
    [
        (-9, 1, "", True),
        (-9, 0, "MemoryError", False),
        (1, 0, "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 2 GiB", True),
        (-6, 0, "what():  std::bad_alloc", True),
        (1, 1, "the antlers fell off", False),
        (0, 1, "MemoryError", False),
    ],
)
def test_a_death_for_lack_of_memory_is_known_by_its_signs(
    code: int, kills: int, words: str, is_memory: bool
) -> None:
    assert ran_out_of_memory(code, kills=kills, last_words=words) is is_memory
