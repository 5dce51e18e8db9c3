"""When a file counts as completely written; times are passed in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.file import Found
from thumper.watcher.stability import RESTLESS_S, Steadiness

LOOK_S = 2.0


def look(size: int, *, mtime: int = 1, inode: int = 1, changed: int = 0) -> Found:
    return Found(b"1.jpg", size, mtime, inode, changed)


def test_a_file_still_growing_is_not_whole() -> None:
    file = Steadiness(look(0), 0.0)
    for second in range(1, 100):
        file.observe(look(second), float(second))
        assert not file.is_whole(float(second), look_s=LOOK_S)


def test_a_file_is_whole_after_two_equal_looks_far_enough_apart() -> None:
    file = Steadiness(look(5), 0.0)
    assert not file.observe(look(5), 1.9)
    assert not file.is_whole(1.9, look_s=LOOK_S)
    assert not file.observe(look(5), 2.0)
    assert file.is_whole(2.0, look_s=LOOK_S)


def test_same_size_with_another_time_or_inode_is_a_change() -> None:
    for changed in (look(5, mtime=0), look(5, inode=2)):
        file = Steadiness(look(5), 0.0)
        assert file.observe(changed, 2.0)
        assert not file.is_whole(2.0, look_s=LOOK_S)


def test_a_file_that_is_filled_behind_its_final_size_and_time_is_not_whole() -> None:
    file = Steadiness(look(5), 0.0)
    for second in range(1, 50):
        assert file.observe(look(5, changed=second), float(second))
        assert not file.is_whole(float(second), look_s=LOOK_S)
    assert not file.observe(look(5, changed=49), 51.0)
    assert file.is_whole(51.0, look_s=LOOK_S)


def test_a_change_time_that_moves_once_after_a_long_rest_is_a_change() -> None:
    """A held photo may be filled behind its size and time after a minute."""
    file = Steadiness(look(5), 0.0)
    assert file.observe(look(5, changed=1), RESTLESS_S + 1)
    assert not file.restless
    assert not file.is_whole(RESTLESS_S + 1, look_s=LOOK_S)


def test_a_file_system_whose_status_time_is_that_of_the_look_delays_a_file_but_does_not_lose_it() -> None:
    file = Steadiness(look(5), 0.0)
    whole = [
        second
        for second in range(1, 200)
        if not file.observe(look(5, changed=second), float(second))
        and file.is_whole(float(second), look_s=LOOK_S)
    ]
    assert RESTLESS_S <= whole[0] <= RESTLESS_S + LOOK_S
    assert file.observe(look(6, changed=500), 200.0)
    assert not file.is_whole(200.0, look_s=LOOK_S)


@given(st.lists(st.tuples(st.floats(0.01, 5), st.integers(0, 3)), min_size=1, max_size=40))
def test_a_whole_file_has_not_changed_for_the_whole_gap(steps: list[tuple[float, int]]) -> None:
    file, now = Steadiness(look(0), 0.0), 0.0
    history = [(0.0, 0)]
    for gap, size in steps:
        now += gap
        file.observe(look(size), now)
        history.append((now, size))
        if file.is_whole(now, look_s=LOOK_S):
            last_change = max(
                (at for (at, s), (_, before) in zip(history[1:], history, strict=False) if s != before),
                default=0.0,
            )
            assert now - last_change >= LOOK_S
