"""Looking up what people decided about who is who."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.identity import IdentityVerdict
from thumper.store.models import IdentityDecision
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions, Key, KeyKind, Listing, read_all
from thumper.store.postgres.search import Search, any_of, sort, where

DECISIONS: Final = Listing(
    model=IdentityDecision,
    alias="identity_decision",
    source="identity_decision",
    parent="identity_decision.deer_id",
)

_KEYS: Final = (
    Key("identity_decision.created_at", KeyKind.TIME),
    Key("identity_decision.id", KeyKind.ID),
)
_CREATED: Final = sort("CREATED", "When it was decided.", _KEYS, names=("decided-oldest", "decided-newest"))

_LATER: Final = (
    "EXISTS (SELECT 1 FROM identity_decision AS later WHERE later.detection_id = identity_decision.detection_id"
    " AND later.deer_id = identity_decision.deer_id AND later.created_at > identity_decision.created_at)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDecisionSearch(Search[IdentityDecision]):
    """Which decisions; every field that is given must hold, an empty filter means all."""

    listing = DECISIONS
    sorts = (_CREATED,)
    descending = True

    deer_id: UUID | None = where("About this deer.", "identity_decision.deer_id = {}")
    detection_id: UUID | None = where("About this detection.", "identity_decision.detection_id = {}")
    image_id: UUID | None = where(
        "About a detection on this image.",
        "identity_decision.detection_id IN (SELECT id FROM detection WHERE detection.image_id = {})",
    )
    verdicts: tuple[IdentityVerdict, ...] | None = any_of(
        "With any of these words.", "identity_decision.verdict", kind="text"
    )
    standing: bool | None = where(
        "Whether it is the latest about its detection and its deer, which stands.",
        f"NOT {_LATER}",
        otherwise=_LATER,
    )
    created_after: dt.datetime | None = where(
        "Decided at this instant or later.", "identity_decision.created_at >= {}"
    )
    created_before: dt.datetime | None = where(
        "Decided before this instant.", "identity_decision.created_at < {}"
    )


async def of_detections(detection_ids: Sequence[UUID]) -> dict[UUID, list[IdentityDecision]]:
    """Return the decisions on each detection, the latest first."""
    conditions = Conditions()
    conditions.add("identity_decision.detection_id = ANY({}::uuid[])", list(detection_ids))
    found: dict[UUID, list[IdentityDecision]] = {detection_id: [] for detection_id in detection_ids}
    order = "identity_decision.created_at DESC, identity_decision.id DESC"
    for decision in await read_all(DECISIONS, conditions, order=order):
        found[decision.detection_id].append(decision)
    return found


async def standing(decision_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Return whether each decision is the latest about its detection and its deer."""
    rows = await client().execute_query_dict(
        f"SELECT id, NOT {_LATER} AS stands FROM identity_decision WHERE id = ANY($1::uuid[])",
        [list(decision_ids)],
    )
    return {row["id"]: row["stands"] for row in rows}
