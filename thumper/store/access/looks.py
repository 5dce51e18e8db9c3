"""Until when each person has seen what is new: one instant a person, that only grows.

What is new since then is asked for as anything else, with `arrivedAfter`: nothing is kept of single photos.
"""

from __future__ import annotations

import datetime as dt
from typing import Final
from uuid import UUID

from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store.models import Person
from thumper.store.postgres.connect import client

_STILL_COMING_S: Final = 60
"""Before an answer was made: what is recorded as arrived by then is in it. Photos arrive in transactions of seconds and
bear the time of their beginning; a minute is far more, and what is shown as new twice does no harm."""

_AS_OF: Final = f"SELECT now() - interval '{_STILL_COMING_S} s' AS as_of"
_FUTURE: Final = "SELECT $1::timestamptz > now() AS future"
_RECORD: Final = """
UPDATE person SET looked_at = greatest(looked_at, $2) WHERE id = $1 AND removed_at IS NULL RETURNING looked_at
"""


async def as_of() -> dt.datetime:
    """Return an instant such that all that arrived before it can be read now."""
    (row,) = await client().execute_query_dict(_AS_OF)
    moment: dt.datetime = row["as_of"]
    return moment


async def looked_at(person_id: UUID) -> dt.datetime | None:
    """Return until when a person has seen what is new; None when they never said so."""
    person = await Person.get_or_none(id=person_id)
    return None if person is None else person.looked_at


async def record(person_id: UUID, moment: dt.datetime) -> dt.datetime:
    """Record that a person has seen what was new until an instant; return what counts, which is never earlier.

    Raises `InvalidValueError` about `looked_at`, or `NoRecordError` if the person was removed.
    """
    (row,) = await client().execute_query_dict(_FUTURE, [moment])
    if row["future"]:
        raise InvalidValueError(
            "This time is still to come, so that nobody has seen what arrives until then. Give the asOf of the viewer.",
            "looked_at",
        )
    rows = await client().execute_query_dict(_RECORD, [person_id, moment])
    if not rows:
        raise NoRecordError("person")
    counts: dt.datetime = rows[0]["looked_at"]
    return counts
