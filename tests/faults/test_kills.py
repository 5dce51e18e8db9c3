"""CI's sample of kill -9: forty kills while three hundred photos come in, into the recovery from each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import Kills

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_forty_kills_lose_nothing_double_nothing_and_leave_nothing_stuck(tmp_path: Path) -> None:
    outcome = Kills(kills=40, together=5).run(4, 300, tmp_path)
    assert outcome.violations == ()
    assert sum(outcome.faults.values()) >= 40
    assert outcome.faults["worker"] >= 4
