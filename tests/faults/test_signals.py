"""CI's sample of SIGTERM and of a Redis that is emptied."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.redis_faults import Flushes, NoRedis
from tests.faults.signals import Sigterms

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_what_is_asked_to_end_ends_well_and_in_time(tmp_path: Path) -> None:
    outcome = Sigterms(signals=4).run(2, 60, tmp_path)
    assert outcome.violations == ()
    assert sum(outcome.faults.values()) == 4


def test_an_emptied_redis_costs_nothing(tmp_path: Path) -> None:
    outcome = Flushes(flushes=3).run(1, 60, tmp_path)
    assert outcome.violations == ()


def test_photos_and_queries_do_without_redis(tmp_path: Path) -> None:
    outcome = NoRedis(queries=3).run(1, 40, tmp_path)
    assert outcome.violations == ()
    assert outcome.faults == {"queries without Redis": 3}
