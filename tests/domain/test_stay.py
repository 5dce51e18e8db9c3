"""Stays of one camera when photos of it move."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.place_effect import StayChange, StayKind
from thumper.domain.stay import MovedPhotos, Stay, one_at_a_time, resettle

OAK, CREEK, RIDGE = (UUID(int=number) for number in (101, 102, 103))
FRESH = UUID(int=999)


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


def stay(number: int, place: UUID, begins: int, ends: int | None = None, *, repaired: bool = False) -> Stay:
    return Stay(
        id=UUID(int=number),
        location_id=place,
        opened_at=day(begins),
        ended_at=None if ends is None else day(ends),
        repaired=repaired,
    )


def settled(
    stays: list[Stay], moved: Stay | int, *, to: UUID | None, known: bool = True
) -> tuple[UUID | None, list[tuple[UUID, UUID, int, int | None]]]:
    """Move a whole stay, or photos of one day that have none; return where they belong, and all stays in short."""
    photos = MovedPhotos(
        stay_id=moved.id if isinstance(moved, Stay) else None,
        whole=isinstance(moved, Stay),
        first_at=moved.opened_at if isinstance(moved, Stay) else day(moved),
        last_at=day(30) if isinstance(moved, Stay) else day(moved),
    )
    own, after = resettle({one.id: one for one in stays}, photos, to=to, known=known, fresh_id=FRESH)
    shown = [
        (
            one.id,
            one.location_id,
            (one.opened_at - day(0)).days,
            None if one.ended_at is None else (one.ended_at - day(0)).days,
        )
        for one in sorted(after.values(), key=lambda one: one.opened_at)
    ]
    return own, shown


def test_a_mistyped_stay_becomes_part_of_the_one_before_it() -> None:
    right, wrong = stay(1, OAK, 0, 5), stay(2, CREEK, 5)
    assert settled([right, wrong], wrong, to=OAK) == (right.id, [(right.id, OAK, 0, None)])


def test_a_stay_becomes_part_of_the_one_after_it_when_there_is_none_before() -> None:
    wrong, right = stay(1, CREEK, 0, 5), stay(2, OAK, 5)
    assert settled([wrong, right], wrong, to=OAK) == (right.id, [(right.id, OAK, 0, None)])


def test_a_stay_moves_when_the_camera_was_elsewhere_in_between() -> None:
    first, between, wrong = stay(1, OAK, 0, 3), stay(2, RIDGE, 3, 5), stay(3, CREEK, 5)
    assert settled([first, between, wrong], wrong, to=OAK) == (
        wrong.id,
        [(first.id, OAK, 0, 3), (between.id, RIDGE, 3, 5), (wrong.id, OAK, 5, None)],
    )


def test_a_repaired_stay_is_not_joined_to_another() -> None:
    right, wrong = stay(1, OAK, 0, 5), stay(2, CREEK, 5, repaired=True)
    assert settled([right, wrong], wrong, to=OAK) == (
        wrong.id,
        [(right.id, OAK, 0, 5), (wrong.id, OAK, 5, None)],
    )
    assert settled([right, wrong], wrong, to=None) == (
        None,
        [(right.id, OAK, 0, 5), (wrong.id, CREEK, 5, None)],
    )


def test_photos_without_a_stay_open_one_that_ends_where_the_next_begins() -> None:
    later = stay(1, CREEK, 5)
    assert settled([later], 2, to=OAK) == (FRESH, [(FRESH, OAK, 2, 5), (later.id, CREEK, 5, None)])
    assert settled([later], 7, to=OAK) == (FRESH, [(later.id, CREEK, 5, 7), (FRESH, OAK, 7, None)])


def test_a_place_has_one_stay_of_a_camera_that_does_not_say_which_it_is() -> None:
    right, wrong = stay(1, OAK, 0), stay(2, CREEK, 5)
    assert settled([right, wrong], wrong, to=OAK, known=False) == (right.id, [(right.id, OAK, 0, None)])
    assert settled([right], 3, to=CREEK, known=False)[1] == [
        (right.id, OAK, 0, None),
        (FRESH, CREEK, 3, None),
    ]
    repaired = stay(2, CREEK, 5, repaired=True)
    assert settled([right, repaired], repaired, to=OAK, known=False)[1] == [
        (right.id, OAK, 0, None),
        (repaired.id, OAK, 5, 30),
    ]


def test_what_becomes_of_a_stay_has_a_word() -> None:
    before = stay(1, OAK, 0)
    for after, kind in (
        (None, StayKind.VANISHES),
        (stay(1, CREEK, 0), StayKind.MOVES),
        (stay(1, OAK, 0, 5), StayKind.ENDS),
        (stay(1, OAK, 1), StayKind.REACHES),
    ):
        assert StayChange(camera_id=RIDGE, before=before, after=after).kind is kind
    assert StayChange(camera_id=RIDGE, before=None, after=before).kind is StayKind.BEGINS


@st.composite
def histories(draw: st.DrawFn) -> list[Stay]:
    """Stays of a camera that says which it is, one after the other, of which the last may last."""
    begins = sorted(draw(st.sets(st.integers(0, 20), min_size=1, max_size=6)))
    ends = [*begins[1:], draw(st.none() | st.integers(21, 25))]
    return [
        stay(number, draw(st.sampled_from([OAK, CREEK, RIDGE])), first, last, repaired=draw(st.booleans()))
        for number, (first, last) in enumerate(zip(begins, ends, strict=True), 1)
    ]


@given(histories(), st.data())
def test_whatever_moves_the_camera_lasts_at_one_place_and_photos_are_in_a_stay_there(
    stays: list[Stay], data: st.DataObject
) -> None:
    moved = data.draw(st.sampled_from(stays) | st.integers(0, 25))
    to = data.draw(st.sampled_from([OAK, CREEK, RIDGE]))
    own, shown = settled(stays, moved, to=to)
    found = {key: place for key, place, _, _ in shown}
    assert own is not None
    assert found[own] == to
    assert sum(ends is None for _, _, _, ends in shown) <= 1
    assert {one.id for one in stays if one.repaired} <= set(found)


@given(histories())
def test_stays_of_which_one_lasts_are_left_as_they_are(stays: list[Stay]) -> None:
    own = {one.id: one for one in stays}
    for known in (True, False):
        assert one_at_a_time(own, known=known) == own


def test_of_several_that_last_the_earlier_ones_end() -> None:
    own = {one.id: one for one in (stay(1, OAK, 0), stay(2, CREEK, 3), stay(3, OAK, 5))}
    ends = [one.ended_at for one in one_at_a_time(own, known=True).values()]
    assert ends == [day(3), day(5), None]
    ends = [one.ended_at for one in one_at_a_time(own, known=False).values()]
    assert ends == [day(5), None, None]
