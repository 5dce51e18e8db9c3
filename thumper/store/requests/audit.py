"""Who did what: appended in the transaction of what was done, so that neither is there without the other.

It takes names of records and of what was done, never a text that somebody wrote and never a secret.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.access import Actor
from thumper.domain.housekeeping import Amount
from thumper.store.models import AuditEntry
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

OK: Final = "OK"
"""Outcome of what was done."""

MOST_RECORDS: Final = 100
"""Ids kept of one entry, as many as a page has items; `record_count` says how many they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done, or what was not: `outcome` is then the code of what kept it from being done.

    `actor` is None for a request without a sign-in, `address` is empty for a command on the machine itself.
    """

    action: str
    actor: Actor | None
    address: str = ""
    records: Sequence[str] = ()
    outcome: str = OK


_APPEND: Final = """
INSERT INTO audit (id, actor, role, person_id, credential_id, address, action, records, record_count, outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)
"""


async def append(deed: Deed, transaction: BaseDBAsyncClient | None = None) -> None:
    """Write what was done, in the transaction of it where there is one."""
    actor = deed.actor
    values = [
        new_id(),
        "" if actor is None else actor.name,
        "" if actor is None else actor.role.value,
        None if actor is None else actor.person_id,
        None if actor is None else actor.credential_id,
        deed.address,
        deed.action,
        json.dumps(list(deed.records[:MOST_RECORDS])),
        len(deed.records),
        deed.outcome,
    ]
    await (transaction or client()).execute_query_dict(_APPEND, values)


AUDIT: Final = whole_table(AuditEntry)

_WRITTEN: Final = sort(
    "CREATED",
    "When it was done.",
    (Key("audit.created_at", KeyKind.TIME), Key("audit.id", KeyKind.ID)),
    names=("created-oldest", "created-newest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSearch(Search[AuditEntry]):
    """Which entries; every field that is given must hold, an empty filter means all."""

    listing = AUDIT
    sorts = (_WRITTEN,)
    descending = True

    actor_name: str | None = where(
        "Of somebody who was known by this name then, whatever its case.", "lower(audit.actor) = lower({})"
    )
    person_id: UUID | None = where("Of this person, whatever they were called.", "audit.person_id = {}")
    action: str | None = where("Of this mutation, such as createDeer, or of signIn.", "audit.action = {}")
    refused: bool | None = where(
        "Whether it was refused; false finds what was done.",
        "audit.outcome <> 'OK'",
        otherwise="audit.outcome = 'OK'",
    )
    created_after: dt.datetime | None = where("Done at this instant or later.", "audit.created_at >= {}")
    created_before: dt.datetime | None = where("Done before this instant.", "audit.created_at < {}")


_OLD: Final = "created_at < now() - make_interval(days => $1)"


async def prune(*, days: int) -> Amount:
    """Remove entries that were kept long enough; return how many, and the size of their rows."""
    return await _amount(
        f"WITH gone AS (DELETE FROM audit WHERE {_OLD} RETURNING pg_column_size(audit.*) AS size)"
        " SELECT count(*) AS items, coalesce(sum(size), 0) AS size_bytes FROM gone",
        days,
    )


async def prunable(*, days: int) -> Amount:
    """Return what `prune` would remove now."""
    return await _amount(
        "SELECT count(*) AS items, coalesce(sum(pg_column_size(audit.*)), 0) AS size_bytes"
        f" FROM audit WHERE {_OLD}",
        days,
    )


async def _amount(statement: str, days: int) -> Amount:
    (row,) = await client().execute_query_dict(statement, [days])
    return Amount(int(row["items"]), int(row["size_bytes"]))
