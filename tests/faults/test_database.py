"""Seeded samples of what `make faults` does at length to PostgreSQL and to the wire before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.database import HALF_OPEN, KILL, ONE_WAY, RUBBISH, DatabaseFaults

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

BUSY = 3.0
"""How much longer than on a quiet machine things may take here."""


def test_the_database_restarts_and_the_wire_to_it_fails_while_photos_come_in(tmp_path: Path) -> None:
    faults = (KILL, HALF_OPEN, RUBBISH, ONE_WAY)
    sample = DatabaseFaults("sample", "some of each", faults, longest_s=3.0, patience=BUSY)
    outcome = sample.run(1, 32, tmp_path)
    print(outcome.measured, outcome.seconds)
    assert outcome.violations == ()
    assert sum(outcome.faults.values()) == len(faults)
