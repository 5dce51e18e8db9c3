"""CI's sample of device trouble."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.device import DEATHS, DeviceTrouble

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_broken_device_fails_no_photo_and_is_told(tmp_path: Path) -> None:
    outcome = DeviceTrouble(quick=True).run(1, 20, tmp_path)
    assert outcome.violations == ()
    assert outcome.measured["deaths"] >= DEATHS + 2
