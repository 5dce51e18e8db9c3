"""CI's sample of a Redis that is emptied, or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.redis_faults import Flushes, NoRedis

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_an_emptied_redis_costs_nothing(tmp_path: Path) -> None:
    outcome = Flushes(flushes=3).run(1, 60, tmp_path)
    assert outcome.violations == ()


def test_photos_and_queries_do_without_redis(tmp_path: Path) -> None:
    outcome = NoRedis(queries=3).run(1, 40, tmp_path)
    assert outcome.violations == ()
    assert outcome.faults == {"queries without Redis": 3}
