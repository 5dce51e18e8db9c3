"""The clocks: this machine's, PostgreSQL's, and the time zone in which cameras' clocks are read."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import available_timezones

from thumper.doctor import queries
from thumper.doctor.check_context import CheckContext
from thumper.domain.check_result import CheckResult

FIRST_YEAR: Final = 2025
"""This program did not exist before: an earlier clock is one that was never set."""
LAST_YEAR: Final = 2100

WARN_SKEW_S: Final = 5.0
"""No row depends on this machine's clock; but what people compare (logs, "2 minutes ago") begins to look wrong."""
FAIL_SKEW_S: Final = 3600.0
"""Years and "from the future" are judged by this machine's clock: one of the two is wrong beyond doubt."""

SET_BACK_S: Final = 60.0
"""How far events may lie in the future: transactions end in another order than they begin, within seconds."""

_CHOOSE_ZONE: Final = (
    "Set the cameras' zone before their photos arrive, such as `thumper init --yes --time-zone America/Chicago`, and"
    " start Thumper again."
)


def now() -> dt.datetime:
    """Return what this machine's clock shows."""
    return dt.datetime.now(dt.UTC)


async def look_at_clock(context: CheckContext) -> list[CheckResult]:
    """Compare this machine's clock with the calendar, with PostgreSQL's, and with what was recorded before."""
    name, shown = "clock", now()
    if not FIRST_YEAR <= shown.year <= LAST_YEAR:
        return [
            CheckResult.fail(
                name,
                f"This machine's clock shows the year {shown.year}.",
                remedy="Set it: `timedatectl set-ntp true`, or `date -s`.",
            )
        ]
    verdicts = []
    if context.gap is not None:
        verdicts += await _compare_with_postgresql()
    if context.knows_tables:
        verdicts += await _compare_with_events()
    return verdicts or [CheckResult.ok(name, f"The clock shows {shown:%Y-%m-%d %H:%M} UTC.")]


async def _compare_with_postgresql() -> list[CheckResult]:
    """Compare the two clocks as of the middle of a round trip."""
    before = now()
    there = await queries.read_clock()
    here = before + (now() - before) / 2
    skew_s = (there - here).total_seconds()
    if abs(skew_s) <= WARN_SKEW_S:
        return [CheckResult.ok("clock", f"The clock shows {here:%Y-%m-%d %H:%M} UTC, as PostgreSQL's does.")]
    words = f"PostgreSQL's clock is {_span(skew_s)} {'ahead of' if skew_s > 0 else 'behind'} this machine's."
    remedy = "Set both by the network: `timedatectl set-ntp true` on each machine."
    judge = CheckResult.fail if abs(skew_s) > FAIL_SKEW_S else CheckResult.warn
    return [judge("clock", words, remedy=remedy)]


async def _compare_with_events() -> list[CheckResult]:
    newest = await queries.newest_event()
    if newest is None:
        return []
    ahead_s = (newest - await queries.read_clock()).total_seconds()
    if ahead_s <= SET_BACK_S:
        return []
    return [
        CheckResult.warn(
            "clock",
            f"The newest event was recorded {_span(ahead_s)} in the future: PostgreSQL's clock was set back since.",
            remedy="Check that clock; if it is right now, nothing needs to be done. Photos keep their own times.",
        )
    ]


def _span(seconds: float) -> str:
    size = abs(seconds)
    for least, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if size >= 2 * least:
            return f"{size / least:.0f} {unit}"
    return f"{size:.0f} seconds"


async def look_at_time_zone(context: CheckContext) -> list[CheckResult]:
    """Check in which zone cameras' clocks are read where their location says none."""
    name, zone = "time-zone", context.settings.time_zone
    if zone not in available_timezones():
        return [
            CheckResult.fail(
                name,
                f"The system's time zone {zone!r} is unknown here.",
                remedy=_CHOOSE_ZONE,
            )
        ]
    if context.settings.lacks_zone:
        return [
            CheckResult.warn(
                name,
                f"This machine's zone is {zone}, and cameras' clocks are read in it where no location says otherwise.",
                remedy=_CHOOSE_ZONE,
            )
        ]
    return [CheckResult.ok(name, f"Cameras' clocks are read in {zone}, where no location says otherwise.")]
