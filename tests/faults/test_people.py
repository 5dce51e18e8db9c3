"""CI's sample of people's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.people import PeoplesWork

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_what_was_answered_is_there_after_a_kill_and_after_another_detector(tmp_path: Path) -> None:
    outcome = PeoplesWork(kills=12).run(1, 12, tmp_path)
    assert outcome.violations == ()
    assert outcome.faults["API"] + outcome.faults["PostgreSQL"] >= 12
    assert outcome.measured["changes answered"] >= 12
