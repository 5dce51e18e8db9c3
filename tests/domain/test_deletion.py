from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from thumper.domain.deletion import sentence


def test_the_day_of_a_deletion_is_that_of_the_person_who_reads_it() -> None:
    night = dt.datetime(2026, 12, 1, 3, 30, tzinfo=dt.UTC)
    assert (
        sentence(night, zone=ZoneInfo("America/Chicago"))
        == "A person deleted this photo on 30 November 2026."
    )
    assert sentence(night, zone=ZoneInfo("UTC")) == "A person deleted this photo on 1 December 2026."
