"""Which detectors exist, whose boxes are shown, and what each of them proved."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.agreement import Agreement
from thumper.domain.precision import Precision
from thumper.domain.proof import Proof
from thumper.store.images import species_rows
from thumper.store.models import Detector
from thumper.store.postgres.ids import new_id
from thumper.weights import Weights


async def current() -> Detector | None:
    """Return the detector whose boxes are shown; None before the first one was registered."""
    return await Detector.get_or_none(current=True)


async def find(sha256: bytes, precision: Precision = Precision.FP32) -> Detector | None:
    """Return the detector of a model file, by the hash of its bytes; None when it was never registered."""
    return await Detector.get_or_none(sha256=sha256, precision=precision)


async def register(weights: Weights, *, make_current: bool) -> UUID:
    """Record a model file with what its labels mean; return its id, the same for the same bytes in the same precision.

    With `make_current` its boxes are shown from now on, and images that still wait go to it.
    Without, it becomes current only when no detector is.
    """
    async with in_transaction("default") as transaction:
        # Two processes may start at once; one detector at most is current (see migrations).
        await transaction.execute_query_dict("SELECT pg_advisory_xact_lock(hashtext('detector'))")
        registered = await transaction.execute_query_dict(
            """
            INSERT INTO detector (id, sha256, name, class_map, precision, current)
            VALUES ($1, $2, $3, $4::jsonb, $5, FALSE)
            ON CONFLICT (sha256, precision) DO UPDATE SET name = excluded.name, class_map = excluded.class_map
            RETURNING id
            """,
            [
                new_id(),
                weights.sha256,
                weights.name,
                json.dumps(weights.class_map.to_json()),
                weights.precision.value,
            ],
        )
        detector_id: UUID = registered[0]["id"]
        await species_rows.note(transaction, weights.class_map)
        if not make_current:
            make_current = not await Detector.exists(current=True, using_db=transaction)
        if make_current:
            rows = Detector.all().using_db(transaction)
            await rows.filter(current=True).exclude(id=detector_id).update(current=False)
            await rows.filter(id=detector_id).update(current=True)
    return detector_id


async def people(transaction: BaseDBAsyncClient) -> UUID:
    """Return the id of the detector that stands for the people who draw boxes; make its row when there is none."""
    await transaction.execute_query_dict(
        "INSERT INTO detector (id, sha256, name, class_map, people, current)"
        " VALUES ($1, $2, 'people', '{}', TRUE, FALSE) ON CONFLICT DO NOTHING",
        [new_id(), bytes(32)],
    )
    rows = await transaction.execute_query_dict("SELECT id FROM detector WHERE people")
    own: UUID = rows[0]["id"]
    return own


async def note_labels(detector_id: UUID, labels: Sequence[str]) -> None:
    """Store the label texts that a worker read out of the model file, by class number."""
    await Detector.filter(id=detector_id).update(labels=list(labels))


def proof_of(detector: Detector) -> Proof | None:
    """Return what a detector found in the proof scene when it was added; None when nothing readable is recorded."""
    if detector.proof is None:
        return None
    try:
        return Proof.from_json(detector.proof)
    except ValueError:  # of another version of Thumper
        return None


async def record_proof(detector_id: UUID, proof: Proof) -> None:
    """Record what a detector found in the proof scene, for comparison from now on."""
    await Detector.filter(id=detector_id).update(proof=proof.to_json())


async def agreement_of(weights: Weights, engine: str) -> Agreement | None:
    """Return how far a model in its precision agrees with the reference in that engine; None before a comparison."""
    row = await find(weights.sha256, weights.precision)
    if row is None or row.agreement is None or row.agreement["engine"] != engine:
        return None
    return Agreement.from_json(row.agreement)


async def record_agreement(weights: Weights, engine: str, agreement: Agreement) -> None:
    """Record how far it agrees; a detector that is new is registered, but not made the current one."""
    detector_id = await register(weights, make_current=False)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    told = agreement.to_json() | {"engine": engine, "compared_at": now}
    await Detector.filter(id=detector_id).update(agreement=told)
