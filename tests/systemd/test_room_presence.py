"""A room that is started again and again is no reason to restart everything; one that stays away is."""

from __future__ import annotations

from thumper.embedded.supervised_child import Patience
from thumper.systemd.room_presence import LONGEST_ABSENCE_S, RoomPresence


def test_all_have_started_when_each_ran_once() -> None:
    rooms = RoomPresence(["serve", "watch"])
    assert not rooms.have_all_started
    rooms.note("serve", runs=True, now_s=0.0)
    rooms.note("watch", runs=False, now_s=0.0)
    assert not rooms.have_all_started
    rooms.note("watch", runs=True, now_s=1.0)
    rooms.note("watch", runs=False, now_s=2.0)
    assert rooms.have_all_started


def test_a_room_may_be_away_for_every_pause_of_the_supervisor() -> None:
    rooms = RoomPresence(["work"])
    assert rooms.are_all_alive(0.0)
    rooms.note("work", runs=False, now_s=10.0)
    assert rooms.are_all_alive(10.0 + Patience().device_s + 1.0)
    rooms.note("work", runs=False, now_s=50.0)  # it could not be run again
    assert not rooms.are_all_alive(10.1 + LONGEST_ABSENCE_S)
    rooms.note("work", runs=True, now_s=500.0)
    assert rooms.are_all_alive(10_000.0)
