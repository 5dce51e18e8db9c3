"""What the watcher reports of itself."""

from __future__ import annotations

from thumper.domain.condition import Condition
from thumper.watcher.root import Health


def test_what_stops_the_watch_is_reported_before_what_slows_it() -> None:
    health = Health()
    assert (health.sign().condition, health.sign().message) == (None, "")
    told = {
        "complaint": Condition.WATCH_DEGRADED,
        "obstruction": Condition.INTAKE_FAILED,
        "trouble": Condition.SOURCE_OFFLINE,
        "want_of_room": Condition.DISK_FULL,
    }
    for field, condition in told.items():
        setattr(health, field, f"{field} in a sentence.")
        assert (health.sign().condition, health.sign().message) == (condition, f"{field} in a sentence.")
