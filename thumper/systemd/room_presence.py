"""Whether the rooms of `thumper up` are all there, so that systemd's watchdog may be told so.

A room that dies is started again after a pause, which is no reason to restart everything; one that stays away longer
than any pause is. This module decides on times that it is given, and looks at no process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from thumper.embedded.supervised_child import Patience

LONGEST_ABSENCE_S: Final = Patience().device_s + 30.0
"""The longest pause of the supervisor, and a slow start."""


class RoomPresence:
    """Which rooms run, as the supervisor tells of each change."""

    def __init__(self, rooms: Iterable[str]) -> None:
        self._waited_for = set(rooms)
        self._gone_since_s: dict[str, float] = {}

    def note(self, room: str, *, runs: bool, now_s: float) -> None:
        """Take note that a room runs, or has ended."""
        if runs:
            self._waited_for.discard(room)
            self._gone_since_s.pop(room, None)
        else:
            self._gone_since_s.setdefault(room, now_s)

    @property
    def have_all_started(self) -> bool:
        """Whether each room has been started once."""
        return not self._waited_for

    def are_all_alive(self, now_s: float) -> bool:
        """Return whether no room has been without a process for longer than `LONGEST_ABSENCE_S`."""
        return all(now_s - since_s <= LONGEST_ABSENCE_S for since_s in self._gone_since_s.values())
