from __future__ import annotations

import datetime as dt

import pytest

from tests.doctor.verdicts import FAIL, OK, WARN, only
from thumper.doctor import clock
from thumper.doctor.check_context import CheckContext
from thumper.doctor.clock import look_at_clock, look_at_time_zone
from thumper.settings import Settings
from thumper.store.postgres.connect import client


async def test_clocks_that_agree_are_fine_with_and_without_a_database(
    context: CheckContext, lone_settings: Settings
) -> None:
    only(await look_at_clock(context), OK)
    only(await look_at_clock(CheckContext(settings=lone_settings)), OK)


async def test_a_clock_that_is_not_postgresqls_is_named(
    context: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ahead_s, words, level in (
        (30, "30 seconds behind", WARN),
        (-1000, "17 minutes ahead of", WARN),
        (3 * 86_400, "3 days behind", FAIL),
    ):
        ahead = dt.timedelta(seconds=ahead_s)
        monkeypatch.setattr(clock, "now", lambda ahead=ahead: dt.datetime.now(dt.UTC) + ahead)
        assert words in only(await look_at_clock(context), level)


async def test_a_clock_that_was_never_set_is_named(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    assert "the year 1970" in only(await look_at_clock(offline), FAIL)


async def test_events_of_the_future_say_that_the_clock_was_set_back(context: CheckContext) -> None:
    await client().execute_query_dict(
        "INSERT INTO feed (kind, at) VALUES ('dump_changed', now() + interval '3 days')"
    )
    agreed, told = await look_at_clock(context)
    assert agreed.level is OK
    assert told.level is WARN
    assert "3 days in the future" in told.sentence


async def test_a_zone_that_nobody_chose_and_no_camera_has_is_a_warning(offline: CheckContext) -> None:
    assert "America/Chicago" in only(await look_at_time_zone(offline), OK)
    for zone, level, words in (("Etc/UTC", WARN, "Etc/UTC"), ("Mars/Base", FAIL, "unknown here")):
        left_alone = Settings(home=offline.settings.home).model_copy(update={"time_zone": zone})
        left_alone.model_fields_set.discard("time_zone")
        assert words in only(await look_at_time_zone(CheckContext(settings=left_alone)), level)
    chosen = Settings(home=offline.settings.home, time_zone="Etc/UTC")
    only(await look_at_time_zone(CheckContext(settings=chosen)), OK)
