"""Which detectors exist and whose boxes are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.store.connect import client
from thumper.store.ids import new_id
from thumper.store.models import Detector


async def current() -> Detector | None:
    """Give the detector whose boxes are shown; None before the first one was registered."""
    return await Detector.get_or_none(current=True)


async def register(*, sha256: bytes, name: str, class_map: dict[str, Any], make_current: bool) -> UUID:
    """Record a model file with what its labels mean; give its id, the same for the same bytes.

    With `make_current` its boxes are shown from now on, and images that still wait go to it.
    Without, it becomes current only when no detector is.
    """
    async with in_transaction("default") as transaction:
        # Two processes may start at once; one detector at most is current (see migrations).
        await transaction.execute_query_dict("SELECT pg_advisory_xact_lock(hashtext('detector'))")
        rows = await transaction.execute_query_dict(
            """
            INSERT INTO detector (id, sha256, name, class_map, current) VALUES ($1, $2, $3, $4::jsonb, FALSE)
            ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, class_map = excluded.class_map
            RETURNING id
            """,
            [new_id(), sha256, name, json.dumps(class_map)],
        )
        detector_id: UUID = rows[0]["id"]
        if not make_current:
            taken = await transaction.execute_query_dict("SELECT 1 FROM detector WHERE current")
            make_current = not taken
        if make_current:
            await transaction.execute_query_dict(
                "UPDATE detector SET current = FALSE WHERE current AND id <> $1", [detector_id]
            )
            await transaction.execute_query_dict(
                "UPDATE detector SET current = TRUE WHERE id = $1", [detector_id]
            )
    return detector_id


async def note_labels(detector_id: UUID, labels: Sequence[str]) -> None:
    """Store the label texts that a worker read out of the model file, by class number."""
    await client().execute_query_dict(
        "UPDATE detector SET labels = $2::jsonb WHERE id = $1", [detector_id, json.dumps(list(labels))]
    )
