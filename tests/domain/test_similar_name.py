"""Which names may mean one place, mistyped."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.similar_name import similar

NAMES = ("Oak Stand", "Barn Feed", "Creek 2", "North Ridge", "Höhe am Bach", "Stand 12")
LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzöñ")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        *(
            ("Oak Stand", other)
            for other in ("OAK STAND", "Oak  Stand", "OakStand", "oak_stand", "Oak-Stand")
        ),
        *(
            ("Oak Stand", other)
            for other in ("Oak Stnd", "Oak Stannd", "Oak Stond", "Oak Satnd", "Oak Stands")
        ),
        *(
            ("Creek1", "Crek1"),
            ("Smith's", "Smiths"),
            ("Höhe", "HÖHE"),
            ("Rigde", "Ridge"),
            ("Creek", "Crek"),
        ),
    ],
)
def test_a_slip_of_the_finger_is_noticed(name: str, other: str) -> None:
    assert similar(name, other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        *(("Stand 1", "Stand 2"), ("Creek1", "Creek2"), ("Stand 1", "Stand 11"), ("Stand 1 2", "Stand 12")),
        *(
            ("Stand", "Stand 1"),
            ("Creek A", "Creek B"),
            ("East Ridge", "West Ridge"),
            ("Oak Feed", "Oak Fed"),
        ),
        *(
            ("North Ridge", "South Ridge"),
            ("Oak", "Oaks"),
            ("Oak Stand", "Elm Stand"),
            ("Oak Stand", "Oak Stand B"),
        ),
        *(("Oak Stnd", "Ok Stand"), ("Stand", "Stad1"), ("Bächle", "Bachlein")),
    ],
)
def test_other_places_are_other_places(name: str, other: str) -> None:
    assert not similar(name, other)


@given(name=st.text(max_size=20), other=st.text(max_size=20))
def test_it_does_not_matter_which_name_was_there_first(name: str, other: str) -> None:
    assert similar(name, other) is similar(other, name)
    assert similar(name, name)


@given(
    word=st.text(LETTERS, min_size=5, max_size=12),
    at=st.integers(0, 11),
    letter=LETTERS,
    slip=st.sampled_from("sidt"),
)
def test_one_letter_of_a_long_word_is_a_slip_wherever_it_is(
    word: str, at: int, letter: str, slip: str
) -> None:
    at %= len(word)
    after = word[at + 1 :]
    mistyped = {
        "s": word[:at] + letter + after,
        "i": word[:at] + letter + word[at:],
        "d": word[:at] + after,
        "t": word[:at] + after[:1] + word[at] + after[1:],
    }[slip]
    assert similar(f"Upper {word} 3", f"upper {mistyped} 3")


@given(name=st.sampled_from(NAMES), at=st.integers(0, 20), digit=st.sampled_from("0123456789"))
def test_a_digit_is_never_a_slip(name: str, at: int, digit: str) -> None:
    at %= len(name) + 1
    assert not similar(name, name[:at] + digit + name[at:])
    if name[at : at + 1].isdigit():
        assert similar(name, name[:at] + digit + name[at + 1 :]) is (digit == name[at])


def test_a_thousand_locations_are_compared_in_no_time() -> None:
    names = [
        f"{place} {side}"
        for place in ("Oak Stand", "Barn Feed", "Long Meadow")
        for side in map("{:03}".format, range(334))
    ]
    started = time.process_time()
    assert [name for name in names if similar("Oak Stnd 100", name)] == ["Oak Stand 100"]
    assert time.process_time() - started < 0.5
