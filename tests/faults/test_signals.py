"""CI's sample of SIGTERM."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.signals import Sigterms

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_whoever_is_asked_to_end_ends_well_and_in_time(tmp_path: Path) -> None:
    outcome = Sigterms(signals=4).run(4, 240, tmp_path)
    assert outcome.violations == ()
    assert sum(outcome.faults.values()) == 4
