"""A seeded sample of wrong clocks: two workers with clocks far apart, and jumps of a day on top of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.clocks import DAY_S, Clock, ClockFaults

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

_LOOK = "import time; print(time.time(), time.monotonic())"


def _look(clock: Clock | None) -> tuple[float, float]:
    environment = {} if clock is None else clock.environment()
    said = subprocess.run(
        [sys.executable, "-c", _LOOK], env=environment, capture_output=True, text=True, check=True
    )
    wall_s, monotonic_s = map(float, said.stdout.split())
    return wall_s, monotonic_s


def test_a_process_goes_by_the_clock_that_it_is_given_and_by_the_right_monotonic_one(tmp_path: Path) -> None:
    wall_s, monotonic_s = _look(None)
    wrong_s, still_s = _look(Clock(tmp_path / "a.clock", offset_s=-DAY_S))
    assert wrong_s - wall_s == pytest.approx(-DAY_S, abs=60)
    assert still_s - monotonic_s == pytest.approx(0, abs=60)


def test_nobody_notices_that_clocks_are_wrong_and_jump(tmp_path: Path) -> None:
    workers = ("worker 1", "worker 2")
    outcome = ClockFaults("sample", "skew and jumps", workers, jumps=2, skewed=True).run(1, 24, tmp_path)
    print(outcome.seconds)
    assert outcome.violations == ()
    assert outcome.faults == {"jumps of a day and back": 2, "rooms with a wrong clock": 4}
