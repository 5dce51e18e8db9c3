"""CI's sample of full disks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.disk_full import DATABASE_DISK_FULL, THUMBNAIL_DISK_FULL, DiskFull

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.parametrize("scenario", [THUMBNAIL_DISK_FULL, DATABASE_DISK_FULL])
def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(scenario: DiskFull, tmp_path: Path) -> None:
    outcome = scenario.run(1, 30, tmp_path)
    assert outcome.violations == ()
    assert outcome.faults == {"disk filled": 1}
