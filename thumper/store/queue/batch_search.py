"""Looking batches up: what was sent to detection, and what is not done with yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from thumper.domain.progress import BatchKind
from thumper.store.models import Batch
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

_LEFT: Final = (
    "EXISTS (SELECT FROM job WHERE job.batch_id = batch.id AND job.state IN ('pending', 'processing'))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSearch(Search[Batch]):
    """Which batches; every field that is given must hold, an empty filter means all."""

    listing = whole_table(Batch)
    sorts = (
        sort(
            "CREATED",
            "When it was asked for.",
            (Key("batch.created_at", KeyKind.TIME), Key("batch.id", KeyKind.ID)),
            names=("created-oldest", "created-newest"),
        ),
    )
    descending = True

    kind: BatchKind | None = where("Asked for this.", "batch.kind = {}")
    finished: bool | None = where("Whether nothing of it is left to do.", f"NOT {_LEFT}", otherwise=_LEFT)
    created_after: dt.datetime | None = where("Asked for at this instant or later.", "batch.created_at >= {}")
    created_before: dt.datetime | None = where("Asked for before this instant.", "batch.created_at < {}")
