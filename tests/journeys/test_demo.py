"""`thumper demo`: a newcomer without photos sees the whole road on a drawn ranch."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Ranch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_demo_shows_receipts_that_add_up_and_queries_with_answers(ranch: Ranch) -> None:
    assert ranch.start("demo", "--exit").wait(240) == 0
    told = ranch.output("demo")
    assert "This ranch is drawn" in told
    assert "Barn Feed: 16 found = 16 stored + 0 duplicate + 0 rejected" in told
    assert "Barn Feed: 6 found = 5 stored + 0 duplicate + 1 rejected" in told
    assert "SD card copy: 12 found = 0 stored + 12 duplicate + 0 rejected" in told
    assert "TRUNCATED" in told
    assert told.count('"totalCount"') == 2
    assert "make run DROP=/path/of/photos" in told
    assert "Traceback" not in told
    # The user's own home and drop folder were left alone.
    assert not ranch.settings.postgres_dir.exists()
    assert list(ranch.settings.drop_dir.iterdir()) == []
