"""Comments of keys and values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.cameras.comment import Comment, read_comment
from thumper.domain.measurement import Quantity
from thumper.domain.moon import MoonPhase

LAYOUT = Comment.model_validate(
    {
        "between_pairs": ",",
        "after_key": "=",
        "fields": {
            "temperature": [
                {"key": "T", "pattern": r"(?P<value>\S+) F", "unit": "F"},
                {"key": "T", "pattern": r"(?P<value>\S+) C"},
            ],
            "battery_voltage": {"key": "B", "scale": 0.001},
            "moon_phase": {"key": "M", "values": ["full", "new"]},
            "camera_name": {"key": "ID"},
        },
    }
)


def read(text: str) -> dict[str, object]:
    return {reading.quantity.value: reading.value for reading in read_comment(LAYOUT, text, origin="here")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "T=50 F,B=7520,ID=NORTH FORK",
            {"temperature": 10, "battery_voltage": 7.52, "camera_name": "NORTH FORK"},
        ),
        ("T=-4 C", {"temperature": -4}),
        (" T = 21.5 C ,X", {"temperature": 21.5}),
        ("M=0", {"moon_phase": MoonPhase.FULL}),
        ("M=2", {}),
        ("M=-1", {}),
        ("T=50", {}),
        ("T=warm C,B=full,ID", {}),
        ("ID=A=B", {"camera_name": "A=B"}),
        ("ID=first,ID=second", {"camera_name": "first"}),
        ("ID=\0\x1b[31mred", {"camera_name": "[31mred"}),
        ("", {}),
        (",=,==,", {}),
    ],
)
def test_pairs_are_read_as_the_layout_says(text: str, says: dict[str, object]) -> None:
    assert read(text) == says


@given(
    st.text(max_size=300) | st.from_regex(r"\A(T|B|M|ID)=[^,]{0,20}( F| C)?(,(T|B|M|ID)=[-\d.e]{0,400})*\Z")
)
def test_no_text_makes_reading_a_comment_fail(text: str) -> None:
    for reading in read_comment(LAYOUT, text, origin="here"):
        texts = {Quantity.CAMERA_NAME, Quantity.MOON_PHASE}
        assert isinstance(reading.value, str) is (reading.quantity in texts)
