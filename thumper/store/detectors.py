"""Which detectors exist, whose boxes are shown, and what each of them proved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.proof import Proof
from thumper.store.connect import client
from thumper.store.ids import new_id
from thumper.store.models import Detector
from thumper.weights import Weights


async def current() -> Detector | None:
    """Give the detector whose boxes are shown; None before the first one was registered."""
    return await Detector.get_or_none(current=True)


async def find(sha256: bytes) -> Detector | None:
    """Give the detector of a model file, by the hash of its bytes; None when it was never registered."""
    return await Detector.get_or_none(sha256=sha256)


async def register(weights: Weights, *, make_current: bool) -> UUID:
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
            [new_id(), weights.sha256, weights.name, json.dumps(weights.class_map.to_json())],
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


def proof_of(detector: Detector) -> Proof | None:
    """Give what a detector found in the proof scene when it was added; None when nothing readable is recorded."""
    if detector.proof is None:
        return None
    try:
        return Proof.from_json(detector.proof)
    except ValueError:  # of another version of Thumper
        return None


async def record_proof(detector_id: UUID, proof: Proof) -> None:
    """Record what a detector found in the proof scene, for comparison from now on."""
    await client().execute_query_dict(
        "UPDATE detector SET proof = $2::jsonb WHERE id = $1", [detector_id, json.dumps(proof.to_json())]
    )
