from __future__ import annotations

import time
from typing import Any

from thumper.cli.dump_wait import DumpProgress, Standstill


def _answer(*, waiting: int = 0, rejected: int = 0, **images: int) -> dict[str, Any]:
    counts = {"total": 0, "pending": 0, "processing": 0, "completed": 0, "failed": 0} | images
    return {
        "settledAt": None,
        "receipt": {"found": 5, "waiting": waiting, "rejected": rejected},
        "fileImageCounts": counts,
    }


def test_a_delivery_ends_with_completed_failed_rejected_and_deleted_photos() -> None:
    assert DumpProgress.read(_answer(total=4, completed=3, failed=1, rejected=1)).ended
    assert DumpProgress.read(_answer(rejected=5)).ended
    assert not DumpProgress.read(_answer(total=4, completed=3, processing=1)).ended
    assert not DumpProgress.read(_answer(total=4, completed=4, waiting=1)).ended


def test_only_the_same_state_for_long_is_a_standstill() -> None:
    standstill = Standstill(0.05)
    assert not standstill.after(1)
    time.sleep(0.06)
    assert not standstill.after(2)
    assert not standstill.after(2)
    time.sleep(0.06)
    assert standstill.after(2)
