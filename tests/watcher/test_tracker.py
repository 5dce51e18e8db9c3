"""What the watcher remembers of files that wait; times are passed in."""

from __future__ import annotations

from uuid import uuid4

import pytest

from thumper.domain.file import RESTLESS_NS, UNKNOWN_NS, FileRow, Found, Outcome
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.watcher import tracker as tracking
from thumper.watcher.stability import RESTLESS_S
from thumper.watcher.tracker import Tracker

FOUND = Found(b"card/a.jpg", 5, 1, 7)


@pytest.fixture
def tracker() -> Tracker:
    """Return a tracker of one file that was seen at second 0."""
    tracker = Tracker(look_s=2.0, hold_s=60.0)
    row = FileRow(uuid4(), uuid4(), FOUND.path, FOUND.size_bytes, FOUND.mtime_ns, FileState.SEEN)
    tracker.remember([row], {FOUND.path: FOUND}, now_s=0.0)
    return tracker


def be_held(tracker: Tracker, *, now_s: float) -> None:
    """Report the outcome that the file is stable but cannot be admitted yet."""
    tracker.observe(FOUND.path, FOUND, now_s=now_s)
    file = tracker.stable_file(FOUND.path, root=b"/photos")
    assert not file.final
    tracker.conclude([Outcome(file, FileState.STABLE)], now_s=now_s)


def test_a_held_file_is_final_after_the_hold(tracker: Tracker) -> None:
    be_held(tracker, now_s=2.0)
    tracker.observe(FOUND.path, FOUND, now_s=60.0)
    assert not tracker.ready
    tracker.observe(FOUND.path, FOUND, now_s=62.0)
    assert tracker.stable_file(FOUND.path, root=b"/photos").final


def test_time_without_its_disk_does_not_count_for_a_held_file(tracker: Tracker) -> None:
    be_held(tracker, now_s=2.0)
    tracker.hold_anew()
    be_held(tracker, now_s=100.0)
    tracker.observe(FOUND.path, FOUND, now_s=110.0)
    assert not tracker.ready


def test_a_file_that_had_vanished_is_news_when_it_is_back(tracker: Tracker) -> None:
    tracker.observe(FOUND.path, None, now_s=2.0)
    file = tracker.stable_file(FOUND.path, root=b"/photos")
    tracker.conclude([Outcome(file, FileState.REJECTED, reason=Reason.VANISHED)], now_s=2.0)
    assert tracker.is_change(FOUND)
    tracker.conclude([Outcome(file, FileState.REJECTED, reason=Reason.NOT_AN_IMAGE)], now_s=2.0)
    assert not tracker.is_change(FOUND)


def settled(tracker: Tracker, *, changed_ns: int) -> FileRow:
    """Make the tracker remember the file as settled with that change time."""
    tracker.drop(FOUND.path)
    row = FileRow(
        uuid4(), uuid4(), FOUND.path, FOUND.size_bytes, FOUND.mtime_ns, FileState.STORED, changed_ns
    )
    tracker.remember([row], {}, now_s=0.0)
    return row


def test_a_settled_file_with_another_change_time_is_read_again_when_it_has_been_steady(
    tracker: Tracker,
) -> None:
    row = settled(tracker, changed_ns=10)
    assert not tracker.is_change(FOUND._replace(changed_ns=10))
    touched = FOUND._replace(changed_ns=20)
    assert tracker.is_change(touched)
    assert not tracker.is_change(touched), "it is reported once"
    tracker.remember_touched([row], {touched.path: touched}, now_s=0.0)
    tracker.observe(touched.path, touched, now_s=2.0)
    assert (list(tracker.rereads), list(tracker.ready)) == ([touched.path], [])
    file = tracker.stable_file(touched.path, root=b"/photos")
    assert (file.final, file.changed_ns) == (True, 20)
    tracker.settle(file)
    assert not tracker.is_change(touched)
    assert not tracker.pending
    assert not tracker.rereads


def test_a_touched_file_that_gets_another_size_meanwhile_is_a_changed_one(tracker: Tracker) -> None:
    row = settled(tracker, changed_ns=10)
    touched, grown = FOUND._replace(changed_ns=20), FOUND._replace(size_bytes=9, changed_ns=30)
    assert tracker.is_change(touched)
    tracker.remember_touched([row], {touched.path: touched}, now_s=0.0)
    tracker.observe(grown.path, grown, now_s=2.0)
    tracker.observe(grown.path, grown, now_s=4.0)
    assert (list(tracker.rereads), list(tracker.ready)) == ([], [grown.path])
    assert tracker.unrecorded([grown.path]) == [grown]


def test_an_unknown_change_time_is_taken_from_the_first_look(tracker: Tracker) -> None:
    settled(tracker, changed_ns=UNKNOWN_NS)
    assert not tracker.is_change(FOUND._replace(changed_ns=10))
    assert not tracker.is_change(FOUND._replace(changed_ns=10))
    assert tracker.is_change(FOUND._replace(changed_ns=20))


def test_a_change_time_that_is_only_the_modification_time_tells_nothing(tracker: Tracker) -> None:
    """So exFAT shows each file when its disk is mounted anew."""
    settled(tracker, changed_ns=10)
    remounted = FOUND._replace(changed_ns=FOUND.mtime_ns)
    assert not tracker.is_change(remounted)
    assert tracker.known.get(FOUND.path) == (FOUND.size_bytes, FOUND.mtime_ns, FOUND.mtime_ns)
    assert tracker.is_change(FOUND._replace(changed_ns=20))


def test_a_change_time_that_is_that_of_the_look_is_found_out_once_and_then_not_compared(
    tracker: Tracker,
) -> None:
    row = settled(tracker, changed_ns=10)
    assert tracker.is_change(FOUND._replace(changed_ns=20))
    tracker.remember_touched([row], {FOUND.path: FOUND._replace(changed_ns=20)}, now_s=0.0)
    now_s = 0.0
    while not tracker.rereads:
        now_s += 2.0
        tracker.observe(FOUND.path, FOUND._replace(changed_ns=20 + int(now_s)), now_s=now_s)
        assert now_s < 2 * RESTLESS_S
    file = tracker.stable_file(FOUND.path, root=b"/photos")
    assert file.changed_ns == RESTLESS_NS
    tracker.settle(file)
    assert not tracker.is_change(FOUND._replace(changed_ns=1000))
    assert tracker.is_change(FOUND._replace(mtime_ns=7, changed_ns=1000))


def test_of_many_touched_files_some_are_taken_at_a_time(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "MOST_TOUCHED", 2)
    looks = [FOUND._replace(path=b"%d.jpg" % number, changed_ns=20) for number in range(5)]
    for look in looks:
        tracker.known.put(look.path, (look.size_bytes, look.mtime_ns, 10))
    assert [tracker.is_change(look) for look in looks] == [True, True, False, False, False]
    for look in looks[:2]:
        tracker.forget(look.path)
    assert [tracker.is_change(look) for look in looks[2:]] == [True, True, False]
