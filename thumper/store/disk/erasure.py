"""Erasing the pictures of deleted images from the library: thumbnails, views and kept originals.

The rows of `deletion` are the list of what is to be erased, so a process that dies between the commit and the disk
leaves nothing for ever. A worker or the API may have such a photo in hand and write its small picture a moment later:
so what was deleted in the last hour is looked at again and again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from thumper.store.disk import library, library_claim
from thumper.store.postgres.connect import OUTAGES

log = structlog.get_logger(__name__)

EVERY_S: Final = 60.0
"""How often deletions of the last hour are looked at."""

_WANTED: Final = """
SELECT id, sha256, created_at < now() - make_interval(secs => $2) AS late, undone_at IS NOT NULL AS undone FROM deletion
WHERE erased_at IS NULL AND ($1::uuid[] IS NULL OR id = ANY($1::uuid[]))
    AND (undone_at IS NULL OR NOT EXISTS (SELECT FROM image WHERE image.sha256 = deletion.sha256))
ORDER BY id FOR UPDATE
"""


async def erase(folder: Path, deletion_ids: Sequence[UUID] | None = None) -> list[str]:
    """Erase what a library holds of deleted images, or of some of them; return why files are still there.

    A deletion cannot be taken back meanwhile: the same photo may be delivered again right after that. So of one that
    was taken back only small pictures go that were written late.
    """
    async with in_transaction("default") as transaction:
        ids = None if deletion_ids is None else list(deletion_ids)
        rows = await transaction.execute_query_dict(_WANTED, [ids, library.LEFTOVER_S])
        if not rows:
            return []
        # In a library whose disk is not mounted everything seems to be gone.
        if not await asyncio.to_thread(library_claim.has_entries, os.fsencode(folder)):
            return [f"{folder}: nothing lies there. Is its disk mounted?"]
        problems = await asyncio.to_thread(_erase, folder, rows)
        done = [row["id"] for row in rows if row["late"] and row["id"] not in problems]
        await transaction.execute_query_dict(
            "UPDATE deletion SET erased_at = now() WHERE id = ANY($1::uuid[])", [done]
        )
    return list(problems.values())


def _erase(folder: Path, rows: Sequence[dict[str, Any]]) -> dict[UUID, str]:
    """Remove the files; return what went wrong, by the id of the deletion."""
    problems = {}
    for row in rows:
        sha256 = bytes(row["sha256"])
        places = library.small_pictures_of if row["undone"] else library.pictures_of
        for path in places(folder, sha256):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                problems[row["id"]] = f"{path}: {error.strerror or error}"
    return problems


async def keep_erasing(folder: Path) -> None:
    """Erase what is to be erased every `EVERY_S`, until cancelled."""
    while True:
        try:
            for problem in await erase(folder):
                log.warning("a picture of a deleted image cannot be erased; trying again", file=problem)
        except OUTAGES as error:
            log.info("cannot erase now, PostgreSQL is away", error=str(error) or type(error).__name__)
        await asyncio.sleep(EVERY_S)
