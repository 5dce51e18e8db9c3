"""A library is adopted elsewhere only when its marker matches and no other process can be using it where it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.home_move import LATELY_S, HomeMove, OldPlace, Sign, doubt, obstacle

MOVED: Final = HomeMove(
    was="/old/library",
    now="/new/library",
    host="here",
    claimed_by="here",
    is_ours=True,
    old_place=OldPlace.NOTHING,
    brings_database=False,
)

SIGNS = st.builds(
    Sign,
    role=st.sampled_from(["watch", "work"]),
    host=st.sampled_from(["here", "there"]),
    silent_s=st.floats(0, 2 * LATELY_S),
    is_alive=st.booleans(),
)
MOVES = st.builds(
    HomeMove,
    was=st.just("/old/library"),
    now=st.just("/new/library"),
    host=st.just("here"),
    claimed_by=st.sampled_from([None, "here", "there"]),
    is_ours=st.booleans(),
    old_place=st.sampled_from(OldPlace),
    brings_database=st.booleans(),
    signs=st.lists(SIGNS, max_size=3).map(tuple),
    looked_for=st.just(100),
    missing=st.integers(0, 2),
)


def test_what_was_moved_is_adopted() -> None:
    assert (obstacle(MOVED), doubt(MOVED)) == (None, None)
    for known in (replace(MOVED, claimed_by=None), replace(MOVED, old_place=OldPlace.SAME)):
        assert (obstacle(known), doubt(known)) == (None, None)


@given(MOVES)
def test_nothing_is_adopted_unasked_that_another_machine_may_use_or_of_which_a_copy_is_left(
    move: HomeMove,
) -> None:
    if obstacle(move) is not None or doubt(move) is not None:
        return
    assert move.is_ours
    assert move.missing == 0
    assert move.old_place in {OldPlace.NOTHING, OldPlace.SAME}
    assert not any(sign.is_alive and sign.host == "here" for sign in move.signs)
    if not move.brings_database:
        assert move.claimed_by != "there"
        assert not any(sign.host == "there" and sign.silent_s < LATELY_S for sign in move.signs)


@given(MOVES)
def test_every_refusal_names_both_places_and_what_to_do(move: HomeMove) -> None:
    for reason in (obstacle(move), doubt(move)):
        if reason is not None:
            assert "/old/library" in reason
            assert "/new/library" in reason
            assert "THUMPER_HOME" in reason


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (replace(MOVED, old_place=OldPlace.SOMETHING), "at the former still"),
        (replace(MOVED, old_place=OldPlace.SILENT), "does not answer"),
        (replace(MOVED, claimed_by="there"), "there that used it last"),
        (replace(MOVED, looked_for=100, missing=3), "3 are not in the latter"),
        (
            replace(MOVED, signs=(Sign(role="work", host="there", silent_s=300, is_alive=False),)),
            "on there 5 minutes ago",
        ),
    ],
)
def test_what_is_in_doubt_a_person_decides(move: HomeMove, words: str) -> None:
    assert obstacle(move) is None
    reason = doubt(move)
    assert reason is not None
    assert words in reason
    assert "thumper move-home" in reason


def test_nobody_can_insist_without_the_marker_or_under_a_running_process() -> None:
    alive = replace(MOVED, signs=(Sign(role="work", host="there", silent_s=2, is_alive=True),))
    for move in (replace(MOVED, is_ours=False), alive):
        assert obstacle(move) is not None


def test_a_home_that_brings_its_database_cannot_be_used_by_the_machine_that_it_was_taken_from() -> None:
    alive = (Sign(role="work", host="there", silent_s=2, is_alive=True),)
    taken = replace(MOVED, brings_database=True, claimed_by="there", signs=alive)
    assert (obstacle(taken), doubt(taken)) == (None, None)
