"""When photos count as of another scene, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.scene_change import KEPT, LEAST, LONGEST_ROW, ROW, SceneMemory, take

Photo = tuple[int, str]
"""A number, and the scene that it shows; `?` shows none."""


def same(photo: Photo, others: Sequence[Photo]) -> int:
    return sum(other[1] == photo[1] != "?" for other in others)


def changes(scenes: str) -> list[int]:
    """Return the numbers of the first photos of other scenes."""
    memory, found = SceneMemory[Photo](), []
    for photo in enumerate(scenes):
        memory, first = take(memory, photo, same=same)
        found += [] if first is None else [first[0]]
    return found


def test_a_row_of_one_other_scene_is_a_change_at_its_first_photo() -> None:
    assert changes("a" * 20 + "b" * (ROW - 1)) == []
    assert changes("a" * 20 + "b" * ROW) == [20]
    assert changes("a" * 20 + "b" * 200 + "c" * ROW) == [20, 220]


def test_what_is_between_familiar_photos_is_none() -> None:
    assert changes("a" * 20 + ("?" * (ROW - 1) + "a") * 9) == []
    assert changes("a" * 20 + ("b" * (ROW - 1) + "a") * 9) == []


def test_a_camera_that_is_turned_back_is_not_asked_about_again() -> None:
    assert changes("a" * 20 + "b" * ROW + "a" * 20 + "b" * 20) == [20]


def test_a_scene_that_is_lost_is_a_change_and_one_that_never_was_is_none() -> None:
    assert changes("a" * 20 + "?" * (LONGEST_ROW - 1)) == []
    assert changes("a" * 20 + "?" * LONGEST_ROW) == [20]
    assert changes("?" * 200) == []


@given(st.text("ab?", max_size=150))
def test_the_first_change_is_not_of_the_scene_before(scenes: str) -> None:
    known = "a" * LEAST
    found = changes(known + scenes)
    assert found == sorted(set(found))
    assert all(number >= LEAST for number in found)
    assert not found or (known + scenes)[found[0]] != "a"


@given(st.text("ab?", max_size=150))
def test_no_more_is_remembered_than_is_needed(scenes: str) -> None:
    memory = SceneMemory[Photo]()
    for photo in enumerate(scenes):
        memory, _ = take(memory, photo, same=same)
        assert len(memory.known) <= KEPT
        assert len(memory.strange) <= 2 * LONGEST_ROW
