"""Addresses of uploads: which transfer may send to one now, and which file it brought.

A transfer claims its address by heartbeats on PostgreSQL's clock, so that one which was cut off
together with the database, or with the whole server, does not keep it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.progress import SourceKind
from thumper.store.feed import feed
from thumper.store.files import dumps, sources
from thumper.store.files.dump_search import FILES
from thumper.store.models import File, Upload
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions, read_all

SILENCE_S: Final = 30.0
"""Time without a heartbeat after which another transfer may take over."""

REMEMBERED_DAYS: Final = 30
"""How long an address in whose place another was given is said to be over; after that it is unknown."""
MOST_FORGOTTEN: Final = 10_000
"""Most addresses deleted at a time; the next round goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadClaim:
    """The right of one transfer to send to an address. `used_at` is its last heartbeat."""

    upload_id: UUID
    dump_id: UUID
    file_name: str
    detect: bool
    used_at: dt.datetime


Replaced: TypeAlias = tuple[str, UUID | None]
"""The file name of an address in whose place another is given, and the rejected file for which it stood."""


class Unclaimed(Enum):
    """Why an address cannot be used."""

    UNKNOWN = "unknown"
    BUSY = "busy"
    """Another transfer has it, or broke off a moment ago."""
    OVER = "over"
    """It has received a file, has expired, or another took its place."""
    CANCELLED = "cancelled"
    """It was closed before a file came."""


async def promise(
    transaction: BaseDBAsyncClient,
    dump_id: UUID,
    addresses: Sequence[tuple[UUID, bytes, str]],
    *,
    detect: bool,
    ttl_s: float,
) -> None:
    """Record the addresses of a dump, by id, hash of the secret and file name; they expire after `ttl_s` seconds."""
    ids, hashes, names = zip(*addresses, strict=True)
    await transaction.execute_query_dict(
        """
        INSERT INTO upload (id, dump_id, token_hash, file_name, detect, expires_at)
        SELECT id, $1, token_hash, file_name, $2, now() + make_interval(secs => $3)
        FROM unnest($4::uuid[], $5::bytea[], $6::text[]) AS fresh(id, token_hash, file_name)
        """,
        [dump_id, detect, ttl_s, list(ids), list(hashes), list(names)],
    )


# Of a name that several files have, as in two folders of a card, as many as are promised anew.
_REPLACE: Final = """
WITH unsent AS (
    SELECT id, file_name, row_number() OVER (PARTITION BY file_name ORDER BY expires_at > now(), id) AS nth
    FROM upload WHERE dump_id = $1 AND file_id IS NULL AND replaced_at IS NULL AND ($4 OR (
        expires_at <= now() AND (used_at IS NULL OR used_at < now() - make_interval(secs => $3))))
), fresh AS (SELECT file_name, count(*) AS times FROM unnest($2::text[]) AS given(file_name) GROUP BY file_name)
UPDATE upload SET replaced_at = now(), expires_at = least(expires_at, now()), used_at = NULL
FROM unsent, fresh
WHERE upload.id = unsent.id AND unsent.file_name = fresh.file_name AND unsent.nth <= fresh.times
    AND upload.file_id IS NULL AND upload.replaced_at IS NULL  -- nor received one while this waited
RETURNING upload.file_name, upload.replaces_id
"""


async def replace_unsent(
    transaction: BaseDBAsyncClient, dump_id: UUID, names: Sequence[str], *, open_too: bool
) -> list[Replaced]:
    """Have the addresses of a dump that received no file missed no more, one for each of the names; return which.

    Only those that are over, to which nothing comes in any more; with `open_too` others are closed when there are no
    more of those, and a transfer that is going on there fails.
    """
    rows = await transaction.execute_query_dict(_REPLACE, [dump_id, list(names), SILENCE_S, open_too])
    return [(row["file_name"], row["replaces_id"]) for row in rows]


_SENT_AGAIN: Final = """
WITH refused AS (
    SELECT file.id, upload.file_name, row_number() OVER (PARTITION BY upload.file_name ORDER BY file.id) AS nth
    FROM upload JOIN file ON file.id = upload.file_id
    WHERE upload.dump_id = $1 AND upload.file_id IS NOT NULL
        AND file.state = 'rejected' AND file.reason NOT IN ('DELETED', 'SENT_AGAIN')
        AND NOT EXISTS (SELECT FROM upload AS other WHERE other.dump_id = $1 AND other.replaces_id = file.id
            AND other.file_id IS NULL AND other.expires_at > now())
), fresh AS (
    SELECT id, file_name, row_number() OVER (PARTITION BY file_name ORDER BY id) AS nth FROM upload WHERE id = ANY($2)
)
UPDATE upload SET replaces_id = refused.id FROM refused, fresh
WHERE upload.id = fresh.id AND fresh.file_name = refused.file_name AND fresh.nth = refused.nth
"""


_INHERIT: Final = """
UPDATE upload SET replaces_id = fresh.file_id FROM unnest($1::uuid[], $2::uuid[]) AS fresh(id, file_id)
WHERE upload.id = fresh.id
"""


async def await_again(
    transaction: BaseDBAsyncClient,
    dump_id: UUID,
    upload_ids: Sequence[UUID],
    *,
    inherited: Mapping[UUID, UUID | None],
) -> None:
    """Have new addresses stand for rejected files: `inherited` are those of addresses that others replaced.

    The rest of them stand for those rejected files of the dump that have their names and no such address, one for each.
    """
    await transaction.execute_query_dict(_INHERIT, [list(inherited), list(inherited.values())])
    await transaction.execute_query_dict(_SENT_AGAIN, [dump_id, list(upload_ids)])


_CLAIM: Final = """
UPDATE upload SET used_at = now()
WHERE token_hash = $1 AND file_id IS NULL AND expires_at > now()
    AND (used_at IS NULL OR used_at < now() - make_interval(secs => $2))
RETURNING id, dump_id, file_name, detect, used_at
"""


async def claim(token_hash: bytes) -> UploadClaim | Unclaimed:
    """Claim an address by the hash of its secret; return the claim, or why it is refused."""
    rows = await client().execute_query_dict(_CLAIM, [token_hash, SILENCE_S])
    if rows:
        return UploadClaim(upload_id=rows[0].pop("id"), **rows[0])
    rows = await client().execute_query_dict(
        "SELECT file_id IS NULL AND expires_at > now() AS open, cancelled_at FROM upload WHERE token_hash = $1",
        [token_hash],
    )
    if not rows:
        return Unclaimed.UNKNOWN
    if rows[0]["cancelled_at"] is not None:
        return Unclaimed.CANCELLED
    return Unclaimed.BUSY if rows[0]["open"] else Unclaimed.OVER


async def sign(claim: UploadClaim) -> UploadClaim | None:
    """Renew the claim of a transfer and return it; None when another has the address now, or it was cancelled."""
    rows = await client().execute_query_dict(
        "UPDATE upload SET used_at = now() WHERE id = $1 AND used_at = $2 AND file_id IS NULL"
        " RETURNING id, dump_id, file_name, detect, used_at",
        [claim.upload_id, claim.used_at],
    )
    return UploadClaim(upload_id=rows[0].pop("id"), **rows[0]) if rows else None


# Whatever transfer holds one loses it.
_CANCEL: Final = """
UPDATE upload SET cancelled_at = now(), expires_at = now(), used_at = NULL
WHERE dump_id = $1 AND file_id IS NULL AND expires_at > now() RETURNING id
"""


async def cancel(transaction: BaseDBAsyncClient, dump_id: UUID) -> int:
    """Close the addresses of a dump that are open; return how many. What they promised was never sent."""
    return len(await transaction.execute_query_dict(_CANCEL, [dump_id]))


async def why_lost(claim: UploadClaim) -> Unclaimed:
    """Return why a transfer has lost its address, which may have been deleted with its dump meanwhile."""
    upload = await Upload.get_or_none(id=claim.upload_id)
    if upload is None:
        return Unclaimed.UNKNOWN
    if upload.cancelled_at is not None:
        return Unclaimed.CANCELLED
    over = upload.replaced_at is not None or upload.file_id is not None
    return Unclaimed.OVER if over else Unclaimed.BUSY


async def release(claim: UploadClaim) -> None:
    """Make the address free again at once, unless it has received a file or another transfer has it."""
    await Upload.filter(id=claim.upload_id, used_at=claim.used_at, file_id=None).update(used_at=None)


_FINISH: Final = """
UPDATE upload SET file_id = $2 WHERE id = $1 AND file_id IS NULL RETURNING replaces_id
"""
_SETTLE_REJECTED: Final = """
UPDATE file SET reason = 'SENT_AGAIN', message = concat_ws(' ', message, $2::text)
WHERE id = $1 AND state = 'rejected' AND reason NOT IN ('DELETED', 'SENT_AGAIN') RETURNING dump_id
"""
_COUNTS_INSTEAD: Final = "It was sent again, and what came then counts."


async def finish(upload_id: UUID, file_id: UUID) -> None:
    """Record which file an address received; it cannot be used again.

    A rejected file that it stands for is settled: it was sent again, whatever the new one is. When another address took
    its place meanwhile, that one stays missed until something comes there: one too many rather than one too few.
    """
    async with in_transaction("default") as transaction:
        for row in await transaction.execute_query_dict(_FINISH, [upload_id, file_id]):
            if row["replaces_id"] is not None:
                await _settle_rejected(transaction, row["replaces_id"])


async def _settle_rejected(transaction: BaseDBAsyncClient, file_id: UUID) -> None:
    rows = await transaction.execute_query_dict(_SETTLE_REJECTED, [file_id, _COUNTS_INSTEAD])
    touched = [row["dump_id"] for row in rows]
    await dumps.note_change(transaction, touched)
    entries = [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in touched]
    await feed.append(transaction, entries)


# One that was never sent stays, as it keeps a card from being wiped.
_UNUSED: Final = (
    "file_id IS NULL AND replaced_at IS NOT NULL AND expires_at < now() - make_interval(days => $1)"
)


async def forget_unused() -> int:
    """Delete addresses that others took the place of long ago; return how many."""
    rows = await client().execute_query_dict(
        f"DELETE FROM upload WHERE id IN (SELECT id FROM upload WHERE {_UNUSED} LIMIT $2) RETURNING 1",
        [REMEMBERED_DAYS, MOST_FORGOTTEN],
    )
    return len(rows)


async def count_unused() -> int:
    """Return how many addresses `forget_unused` would delete now, if it knew no limit."""
    rows = await client().execute_query_dict(
        f"SELECT count(*) AS unused FROM upload WHERE {_UNUSED}", [REMEMBERED_DAYS]
    )
    return int(rows[0]["unused"])


async def admitted(source_id: UUID, path: bytes) -> File | None:
    """Return the photo that was admitted under a path of the upload source, if there is one."""
    conditions = Conditions()
    # Literals, since PostgreSQL could not use the partial index of live paths with parameters in their place.
    conditions.add("file.live AND file.state IN ('stored', 'duplicate')")
    conditions.add("file.source_id = {} AND file.path = {}", source_id, path)
    files = await read_all(FILES, conditions, order="file.id")
    return files[0] if files else None


# Files whose admission a crash or an outage cut off, once their addresses have been expired for an hour.
_FORGET_LOST: Final = """
DELETE FROM file WHERE source_id = $1 AND state IN ('seen', 'stable') AND NOT EXISTS (
    SELECT FROM upload WHERE upload.dump_id = file.dump_id AND upload.file_id IS NULL
        AND upload.expires_at > now() - interval '1 hour')
"""


async def settle_expired(*, settle_s: float) -> None:
    """Settle the dumps of uploads whose remaining addresses have expired; delete files that were cut off long ago."""
    source_id = await sources.find_source(SourceKind.UPLOAD)
    if source_id is not None:
        await client().execute_query_dict(_FORGET_LOST, [source_id])
        await dumps.settle_quiet(source_id, settle_s=settle_s)
