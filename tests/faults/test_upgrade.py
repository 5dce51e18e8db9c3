"""A killed migration completes when it is run again, and three at once migrate once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.upgrade import MigrationKilled


@pytest.mark.slow
def test_a_killed_migration_completes_when_it_is_run_again(tmp_path: Path) -> None:
    outcome = MigrationKilled().run(5, 2000, tmp_path)
    assert outcome.violations == ()
    assert sum(outcome.faults.values()) == 5, outcome.faults
