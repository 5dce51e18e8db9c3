from __future__ import annotations

from tests.doctor.verdicts import OK, WARN, only
from tests.factories import make_location
from thumper.doctor.check_context import CheckContext
from thumper.doctor.locations import look_at_locations


async def test_coordinates_without_their_minus_sign_are_named_with_those_that_were_meant(
    context: CheckContext,
) -> None:
    await make_location("Ridge", latitude=30.27, longitude=-97.74)
    await make_location("Unplaced")
    only(await look_at_locations(context), OK)
    await make_location("Creek", latitude=30.27, longitude=97.74)
    assert only(await look_at_locations(context), WARN).startswith(
        "Creek: The coordinates 30.27, 97.74 lie in"
    )
    for number in range(8):
        await make_location(f"Stand {number}", latitude=30.0, longitude=97.0)
    *named, last = await look_at_locations(context)
    assert [verdict.remedy.partition(" if")[0] for verdict in named[1:]] == ["Save the longitude -97"] * 4
    assert last.sentence == "4 more locations have such coordinates."
