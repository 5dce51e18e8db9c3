"""The memory of settled files behaves as one dictionary by path would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.watcher.known import SettledFiles

PATHS = st.sampled_from([b"a", b"b", b"card/a", b"card/b", b"card/DCIM/a", b"cardigan/a"])


@given(st.lists(st.tuples(PATHS, st.none() | st.integers(0, 9))))
def test_it_remembers_what_was_put_and_not_discarded(steps: list[tuple[bytes, int | None]]) -> None:
    known, expected = SettledFiles(), dict[bytes, tuple[int, int, int]]()
    for path, size in steps:
        if size is None:
            known.discard(path)
            expected.pop(path, None)
        else:
            known.put(path, (size, 7, 8))
            expected[path] = (size, 7, 8)
        assert len(known) == len(expected)
        assert bool(known) == bool(expected)
    for path in (b"a", b"b", b"card/a", b"card/b", b"card/DCIM/a", b"cardigan/a"):
        assert known.get(path) == expected.get(path)
    assert dict(known.folder(b"card")) == {
        path.rpartition(b"/")[2]: as_it_was for path, as_it_was in expected.items() if path[:-1] == b"card/"
    }
    known.clear()
    assert not known
