"""What was there of an incomplete file is found again in the whole one, and in no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.arrived_part import ArrivedPart

WHOLE = bytes(range(1, 201))


@st.composite
def parts(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, int]]]:
    """Draw a file of which stretches are there and the rest is zeros, perhaps longer than the whole one in the end."""
    marks = sorted(draw(st.sets(st.integers(0, len(WHOLE)), min_size=2, max_size=8)))
    there = list(zip(marks[::2], marks[1::2], strict=False))
    size = there[-1][1] + draw(st.integers(0, 300))
    content = bytearray(size)
    for start, end in there:
        content[start:end] = WHOLE[start:end]
    return bytes(content), there


@given(parts())
def test_the_whole_file_holds_what_was_there(part: tuple[bytes, list[tuple[int, int]]]) -> None:
    arrived = ArrivedPart.of(*part)
    assert ArrivedPart.from_json(arrived.to_json()) == arrived
    assert arrived.is_part_of(WHOLE)
    assert arrived.is_part_of(WHOLE + b"more")


@given(parts(), st.data())
def test_a_file_that_differs_in_one_byte_of_it_is_another(
    part: tuple[bytes, list[tuple[int, int]]], data: st.DataObject
) -> None:
    arrived = ArrivedPart.of(*part)
    start, end = data.draw(st.sampled_from(arrived.stretches))
    at = data.draw(st.integers(start, end - 1))
    assert not arrived.is_part_of(WHOLE[:at] + b"\0" + WHOLE[at + 1 :])
    assert not arrived.is_part_of(WHOLE[: arrived.stretches[-1][1] - 1])


def test_nothing_is_a_part_of_nothing() -> None:
    assert not ArrivedPart.of(bytes(9), []).is_part_of(WHOLE)
