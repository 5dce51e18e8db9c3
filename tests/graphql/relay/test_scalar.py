"""Times are read as RFC 3339 has them, and in no other form."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.scalar import SCALARS, LocalDateTime

INSTANT: Any = SCALARS[dt.datetime].parse_value
WALL_CLOCK: Any = SCALARS[LocalDateTime].parse_value


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-11-09T06:30:00-06:00", utc(2024, 11, 9, 12, 30)),
        ("2024-11-09T12:30:00Z", utc(2024, 11, 9, 12, 30)),
        ("2024-11-09t12:30:00z", utc(2024, 11, 9, 12, 30)),
        ("2024-11-09T12:30:00.25-00:00", utc(2024, 11, 9, 12, 30, 0, 250_000)),
        ("2024-11-09T12:30:00.123456789Z", utc(2024, 11, 9, 12, 30, 0, 123_456)),
        ("1990-12-31T15:59:60-08:00", utc(1991, 1, 1)),  # the leap second of RFC 3339, 5.8
        ("0001-01-01T00:00:00Z", utc(1, 1, 1)),
    ],
)
def test_an_instant_is_read_as_the_standard_has_it(text: str, instant: dt.datetime) -> None:
    assert INSTANT(text) == instant


ODD_INSTANTS = [
    *("2024-11-09", "2024-11-09T06:30:00", "2024-11-09T06:30Z", "2024-11-09T06Z", "20241109T063000Z"),
    *("2024-11-09 06:30:00Z", "2024-W45-6T06:30:00Z", "2024-313T06:30:00Z", "2024-11-09T06:30:00,5Z"),
    *("2024-11-09T06:30:00+06", "2024-11-09T06:30:00+0600", "2024-11-09T06:30:00+06:00:30"),
    *("2024-11-09T06:30:00.Z", "2024-11-09T24:00:00Z", "2024-02-30T06:30:00Z", "2024-11-09T06:30:00+24:00"),
    *("2024-11-09T06:30:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60Z"),
    *(
        " 2024-11-09T06:30:00Z",
        "2024-11-09T06:30:00Z\n",
        "２０２４-11-09T06:30:00Z",
        "+002024-11-09T06:30:00Z",
    ),
    *(
        "2024-11-09T06:30:00−06:00",
        "now",
        "",
        "\ud800",
        1731133800,
        1.5,
        True,
        None,
        ["2024-11-09T06:30:00Z"],
    ),
]


@pytest.mark.parametrize("value", ODD_INSTANTS, ids=range(len(ODD_INSTANTS)))
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is no time"):
        INSTANT(value)


@given(st.datetimes(timezones=st.timezones() | st.just(dt.UTC)).filter(lambda own: 2 < own.year < 9998))
def test_every_time_that_has_a_minute_as_offset_is_read_back(moment: dt.datetime) -> None:
    offset = moment.utcoffset()
    assert offset is not None
    whole = moment.astimezone(dt.timezone(dt.timedelta(minutes=offset // dt.timedelta(minutes=1))))
    assert INSTANT(whole.isoformat()) == moment.astimezone(dt.UTC)


@given(st.text() | st.integers() | st.floats())
def test_whatever_is_given_for_a_time_is_read_or_refused(value: object) -> None:
    for read in (INSTANT, WALL_CLOCK):
        with pytest.raises(ValueError, match="is no time"):
            read(value)


@pytest.mark.parametrize("text", ["2026-11-01T07:30", "2026-11-01T07:30:05", "2026-11-01T07:30:05.25"])
def test_a_time_on_a_wall_clock_is_taken_as_it_is(text: str) -> None:
    assert WALL_CLOCK(text) == text


@pytest.mark.parametrize(
    "value",
    [
        *(
            "2026-11-01",
            "2026-11-01T07",
            "2026-11-01 07:30",
            "2026-11-01T07:30Z",
            "2026-11-01T07:30:00-06:00",
        ),
        *(
            "20261101T0730",
            "2026-W45-6T07:30",
            "2026-02-30T07:30",
            "2026-11-01T25:00",
            " 2026-11-01T07:30",
            5,
            None,
        ),
    ],
)
def test_what_is_no_time_on_a_wall_clock_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is no time on a wall clock"):
        WALL_CLOCK(value)


async def test_the_api_refuses_other_forms_with_one_code(api: Api) -> None:
    await make.make_image(await make.make_dump())
    query = "query ($t: DateTime) { images(where: {takenAfter: $t}) { totalCount } }"
    assert (await api.ask(query, t="2024-11-09T06:30:00-06:00"))["images"]["totalCount"] == 0
    assert await api.refused(query, t="2024-11-09 06:30:00-06:00") == "BAD_QUERY"
    assert await api.refused('{ images(where: {takenAfter: "2024-11-09"}) { totalCount } }') == "BAD_QUERY"
    query = """query ($t: LocalDateTime) {
      fixClockPreview(input: {offsetSeconds: 1, shownAfter: $t}) { offsetSeconds } }"""
    assert "errors" not in await api.post(query, t="2024-11-09T06:30")
    assert await api.refused(query, t="2024-11-09 06:30") == "BAD_QUERY"
