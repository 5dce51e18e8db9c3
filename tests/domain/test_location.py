from __future__ import annotations

from typing import Any

import pytest

from thumper.domain import location
from thumper.domain.refusal import InvalidValueError

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": None}, "name"),
    ({"name": " \t"}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"description": "a\0b"}, "description"),
    ({"latitude": 90.1}, "latitude"),
    ({"longitude": float("nan")}, "longitude"),
    ({"time_zone": "Texas/Austin"}, "time_zone"),
    ({"active": None}, "active"),
]


@pytest.mark.parametrize(("values", "field"), REFUSED)
def test_a_value_that_cannot_be_kept_is_refused_with_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        location.checked(values)
    assert refused.value.field == (field,)


def test_what_can_be_kept_is_kept_without_blanks_around_the_name_and_what_is_left_out_stays_out() -> None:
    kept = {"description": " by the oak ", "latitude": -90.0, "time_zone": None}
    assert location.checked({"name": " Creek Bed ", **kept}) == {"name": "Creek Bed", **kept}
    assert location.checked({}) == {}


def test_blanks_inside_a_name_are_one_and_its_accents_composed() -> None:
    assert location.checked({"name": "Oak \u00a0\t Stand"}) == {"name": "Oak Stand"}
    assert location.checked({"name": "Ho\u0308he"}) == {"name": "H\u00f6he"}


def test_one_coordinate_needs_the_other() -> None:
    location.refuse_half_a_place(None, None)
    location.refuse_half_a_place(30.0, -97.0)
    for half in ((30.0, None), (None, -97.0)):
        with pytest.raises(InvalidValueError, match="go together"):
            location.refuse_half_a_place(*half)
