"""Looking repairs of clocks up, those that were taken back among them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from thumper.store.models import ClockFix
from thumper.store.postgres.page import Key, KeyKind
from thumper.store.postgres.search import Search, sort, where
from thumper.store.times.clock_fixes import CLOCK_FIXES


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFixSearch(Search[ClockFix]):
    """Which repairs of clocks; every field that is given must hold, an empty filter means all."""

    listing = CLOCK_FIXES
    sorts = (
        sort(
            "CREATED",
            "When it was made.",
            (Key("clock_fix.created_at", KeyKind.TIME), Key("clock_fix.id", KeyKind.ID)),
            names=("made-oldest", "made-newest"),
        ),
    )
    descending = True

    dump_id: UUID | None = where("That covers this dump.", "clock_fix.dump_id = {}")
    deployment_id: UUID | None = where("That covers this deployment.", "clock_fix.deployment_id = {}")
    undone: bool | None = where(
        "Whether it was taken back; false finds those that stand.",
        "clock_fix.undone_at IS NOT NULL",
        otherwise="clock_fix.undone_at IS NULL",
    )
    created_after: dt.datetime | None = where("Made at this instant or later.", "clock_fix.created_at >= {}")
    created_before: dt.datetime | None = where("Made before this instant.", "clock_fix.created_at < {}")
