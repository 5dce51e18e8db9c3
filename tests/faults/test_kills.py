"""CI's sample of kill -9: forty of them, overlapping, on 300 photos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import Kills

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_nothing_is_lost_twice_or_stuck_after_forty_kills(tmp_path: Path) -> None:
    outcome = Kills(kills=40).run(4, 300, tmp_path)
    assert outcome.violations == ()
    assert sum(outcome.faults.values()) >= 40
    assert outcome.faults["worker"] >= 4, "seed 4 draws the worker more often than that"
