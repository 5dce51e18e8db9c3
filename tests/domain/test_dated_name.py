"""Which names of folders hold a date, and what is left of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.dated_name import without_date

FORMS = (
    *("%Y-%m-%d", "%Y_%m_%d", "%Y.%m.%d", "%Y %m %d", "%Y%m%d", "%Y-%m", "%m-%d-%Y", "%d.%m.%Y", "%m%d%Y"),
    *("%d%m%Y", "%m-%Y", "%b %Y", "%B %Y", "%d %b %Y", "%d%b%Y", "%B %d, %Y", "%b %d", "%d %B"),
)


@given(
    day=st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)),
    form=st.sampled_from(FORMS),
    around=st.sampled_from(["{}", "{} card", "SD {}", "card pull ({})", "{} photos 2"]),
)
def test_a_date_and_words_about_cards_leave_no_place(day: dt.date, form: str, around: str) -> None:
    assert without_date(around.format(day.strftime(form))) == ""


@given(
    day=st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)),
    form=st.sampled_from(FORMS),
    around=st.sampled_from(
        ["Oak Stand {}", "{} Oak Stand", "Oak Stand_{}", "{} - Oak Stand", "Oak Stand ({})"]
    ),
)
def test_a_date_beside_a_place_leaves_the_place(day: dt.date, form: str, around: str) -> None:
    assert without_date(around.format(day.strftime(form))) == "Oak Stand"


@pytest.mark.parametrize("name", ["11-30-26", "11/30/26 card", "2026", "Nov '26", "30th Nov 2026"])
def test_short_dates_and_a_year_alone_are_dates_too(name: str) -> None:
    assert without_date(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        *("Oak Stand", "Creek 10", "Stand 1-2", "100 acre wood", "Section 12", "350NORTH", "12345678"),
        *(
            "May",
            "Mayfield 2",
            "Novak 30",
            "2026 Lease",
            "Stand 2026",
            "NW 12-30-24 W4",
            "2026-13-40",
            "20261350",
        ),
        *("SD card copy", "Post 1130", "March", "Barn Feed"),
    ],
)
def test_numbers_of_stands_and_names_like_months_are_no_dates(name: str) -> None:
    assert without_date(name) is None
