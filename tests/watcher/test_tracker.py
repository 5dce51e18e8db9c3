"""What the watcher remembers of files that wait; times are passed in."""

from __future__ import annotations

from uuid import uuid4

import pytest

from thumper.domain.file import FileRow, Found, Outcome
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
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
