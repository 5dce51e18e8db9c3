"""The coordinates of locations: a missing minus sign moves every capture time of a place by half a day."""

from __future__ import annotations

from typing import Final

from thumper.doctor.check_context import CheckContext
from thumper.domain.check_result import CheckResult
from thumper.store.places import locations

_MOST_NAMED: Final = 5


async def look_at_locations(context: CheckContext) -> list[CheckResult]:
    """Compare the time zones of coordinates with what is known of the clocks there."""
    name, doubtful = "locations", await locations.doubtful(server_zone=context.settings.time_zone)
    if not doubtful:
        return [CheckResult.ok(name, "The coordinates of all locations fit the clocks of their cameras.")]
    verdicts = [
        CheckResult.warn(name, f"{location.name}: {doubt.sentence}", remedy=doubt.advice)
        for location, doubt in doubtful[:_MOST_NAMED]
    ]
    more = len(doubtful) - len(verdicts)
    if more:
        remedy = "Ask the API for `locations { nodes { name coordinateDoubt { sentence advice } } }`."
        verdicts.append(
            CheckResult.warn(name, f"{more} more locations have such coordinates.", remedy=remedy)
        )
    return verdicts
