"""CI's sample of poison: one photo that segfaults the worker, and one for which its memory runs out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.poison import NO_MEMORY, SEGFAULT, Poison

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_only_the_poison_fails_and_it_costs_four_workers(tmp_path: Path) -> None:
    outcome = Poison((SEGFAULT, NO_MEMORY), quick=True).run(1, 24, tmp_path)
    assert outcome.violations == ()
    (deaths,) = [value for name, value in outcome.measured.items() if name.endswith("deaths")]
    assert deaths == 4, "one in company and three alone"
