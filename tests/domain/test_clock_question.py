"""A card that is old when it comes is asked about; if only its year is wrong, the right one is proposed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.clock_question import OLD, ClockQuestion

DAY = dt.timedelta(days=1)
INSTANTS = st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2060, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001  # hypothesis adds the zone


def question(newest: str | dt.datetime, arrived: str | dt.datetime) -> ClockQuestion:
    newest_at, arrived_at = (
        dt.datetime.fromisoformat(when) if isinstance(when, str) else when for when in (newest, arrived)
    )
    return ClockQuestion(
        dump_id=UUID(int=1), newest_id=UUID(int=2), newest_at=newest_at, arrived_at=arrived_at
    )


def test_the_question_names_the_day_at_the_photos_place() -> None:
    asked = question("2025-11-22T03:30Z", "2026-11-23T15:00Z")
    assert asked.sentence(ZoneInfo("America/Chicago")) == (
        "The newest photo of this card is of 21 November 2025, more than 366 days before the card came:"
        " was the card in the camera until now?"
    )


def test_a_card_that_is_just_old_enough_is_said_to_be_older_than_the_rule() -> None:
    asked = question("2026-09-24T12:00Z", "2026-11-23T13:00Z")
    assert asked.arrived_at - asked.newest_at > OLD
    assert "more than 60 days before the card came" in asked.sentence(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("newest", "arrived", "days"),
    [
        ("2025-11-21T12:00Z", "2026-11-23T15:00Z", 365),
        ("2023-11-21T12:00Z", "2026-11-23T15:00Z", 3 * 365 + 1),
        ("2024-02-29T12:00Z", "2025-03-02T15:00Z", 366),
        ("2026-01-01T01:00Z", "2026-12-31T15:00Z", 365),  # in zones that are ahead
        ("2025-06-01T12:00Z", "2026-11-23T15:00Z", None),
        ("2026-03-01T12:00Z", "2026-11-23T15:00Z", None),
    ],
)
def test_a_wrong_year_alone_is_proposed(newest: str, arrived: str, days: int | None) -> None:
    offset_s = question(newest, arrived).proposed_offset_s
    assert offset_s == (None if days is None else days * 86400)


@given(newest=INSTANTS, later=st.timedeltas(OLD, dt.timedelta(days=20_000)))
def test_what_is_proposed_makes_the_card_recent_and_leaves_day_and_hour(
    newest: dt.datetime, later: dt.timedelta
) -> None:
    arrived = newest + later
    offset_s = question(newest, arrived).proposed_offset_s
    if offset_s is None:
        years = (
            newest.replace(year=year, day=min(newest.day, 28))
            for year in range(newest.year, arrived.year + 1)
        )
        assert not any(arrived - OLD + 3 * DAY < moved <= arrived - 3 * DAY for moved in years)
        return
    moved = newest + dt.timedelta(seconds=offset_s)
    assert arrived - OLD <= moved <= arrived + DAY
    assert moved.time() == newest.time()
    assert (moved.month, moved.day) in {(newest.month, newest.day), (3, 1)}
