"""Files that come over HTTP: one-time addresses, and what arrives at them.

An address is a secret of 256 bits, stored only as its hash, good for one file and
for a limited time. The bytes go to disk as they come and are then admitted like
any other file.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.errors import NotFoundError, RefusedError, ThumperError, UsageError
from thumper.ingest.admit import Outcome, admit
from thumper.ingest.desk import Desk, Keep
from thumper.ingest.examine import StableFile
from thumper.store import arrivals, dumps, library, settlements, sources
from thumper.store.arrivals import Arrival
from thumper.store.connect import client
from thumper.store.ids import new_id
from thumper.store.models import Location, Upload

TOKEN_BYTES: Final = 32
MOST_FILES: Final = 1000
"""Files asked for at once."""
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What an upload became."""

    upload_id: UUID
    dump_id: UUID
    outcome: Outcome


async def create_uploads(
    desk: Desk, names: Sequence[str], *, location_id: UUID | None = None, detect: bool = True
) -> list[tuple[Upload, str]]:
    """Promise to receive files that belong to one dump; give each with the secret of its address.

    Without `detect` their images wait until detection is asked for. Raises `UsageError` about the
    names and `NotFoundError` about the location.
    """
    cleaned = [_file_name(name) for name in names]
    if not 1 <= len(cleaned) <= MOST_FILES:
        raise UsageError(f"names: expected 1 to {MOST_FILES} file names, got {len(cleaned)}.")
    if location_id is not None and not await Location.exists(id=location_id):
        raise NotFoundError(f"There is no location {location_id}.")
    source_id = await _open_door(desk)
    tokens = [secrets.token_urlsafe(TOKEN_BYTES) for _ in cleaned]
    ids = [new_id() for _ in cleaned]
    async with in_transaction("default") as transaction:
        await sources.lock(transaction, source_id)
        # A folder of its own, so that no two calls share a dump.
        folder = new_id().hex.encode()
        dump_id = await dumps.open_dump(
            transaction, source_id, folder=folder, location_id=location_id, shown=False
        )
        await transaction.execute_query_dict(
            """
            INSERT INTO upload (id, dump_id, token_hash, file_name, detect, expires_at)
            SELECT id, $1, token_hash, file_name, $2, now() + make_interval(secs => $3)
            FROM unnest($4::uuid[], $5::bytea[], $6::text[]) AS fresh(id, token_hash, file_name)
            """,
            [dump_id, detect, desk.settings.upload_ttl_s, ids, [_hash(token) for token in tokens], cleaned],
        )
    uploads = {upload.id: upload for upload in await Upload.filter(id__in=ids)}
    return [(uploads[upload_id], token) for upload_id, token in zip(ids, tokens, strict=True)]


async def _open_door(desk: Desk) -> UUID:
    """Give the one source of all uploads: the library, into which they are copied."""
    return await sources.open_source(SourceKind.UPLOAD, os.fsencode(desk.library))


def _file_name(name: str) -> str:
    """Give the last part of a name that a client sent; raise `UsageError` if nothing is left."""
    last = readable(name.replace("\\", "/").rpartition("/")[2].encode("utf-8", "replace")).strip()
    if not last or len(last.encode()) > _LONGEST_NAME:
        raise UsageError(f"names: {name[:80]!r} is no file name of 1 to {_LONGEST_NAME} bytes.")
    return last


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def receive_upload(desk: Desk, token: str, stream: AsyncIterator[bytes]) -> Received:
    """Take the bytes that arrive at an address and admit them; give what they became.

    Raises `NotFoundError` for an unknown address and `RefusedError` for one that was used or has
    expired. When the transfer breaks off, the address can be used again.
    """
    upload = await _claim(token)
    path = library.incoming_dir(desk.library) / upload["id"].hex
    try:
        await _write(path, stream, most_bytes=desk.settings.max_file_bytes)
        return await _admit(desk, upload, path)
    except BaseException:
        await asyncio.shield(_give_back(upload["id"]))
        raise
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


async def _claim(token: str) -> dict[str, Any]:
    rows = await client().execute_query_dict(
        "UPDATE upload SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now()"
        " RETURNING id, dump_id, file_name, detect",
        [_hash(token)],
    )
    if rows:
        return rows[0]
    if await Upload.exists(token_hash=_hash(token)):
        raise RefusedError(
            "This upload address was used or has expired. Ask for a new one with createUpload."
        )
    raise NotFoundError("There is no such upload address. Ask for one with createUpload.")


async def _give_back(upload_id: UUID) -> None:
    await client().execute_query_dict(
        "UPDATE upload SET used_at = NULL WHERE id = $1 AND file_id IS NULL", [upload_id]
    )


async def _write(path: Path, stream: AsyncIterator[bytes], *, most_bytes: int) -> None:
    """Write what arrives; of a body that is too large, one byte more than the limit, to show that it is.

    Raises `ThumperError` if it cannot be written.
    """
    room = most_bytes + 1
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        with path.open("wb") as file:
            async for part in stream:
                await asyncio.to_thread(file.write, part[:room])
                room -= len(part)
                if room <= 0:
                    return
    except OSError as error:
        raise ThumperError(
            f"The upload cannot be written to {path.parent}: {error.strerror or error}. Free space there, "
            "then send the file to the same address again."
        ) from error


async def _admit(desk: Desk, upload: dict[str, Any], path: Path) -> Received:
    source_id = await _open_door(desk)
    found = path.stat()
    name: str = upload["file_name"]
    arrival = Arrival(
        path=f"{upload['id'].hex}/{name}".encode(),
        folder=b"",
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        dump_id=upload["dump_id"],
        display_path=name,
    )
    (row,) = await arrivals.register(source_id, [arrival])
    file = StableFile(
        file_id=row.file_id,
        dump_id=row.dump_id,
        absolute=os.fsencode(path),
        name=os.fsencode(name),
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
    )
    try:
        (outcome,) = await admit(desk, [file], keep=Keep.COPY, held=not upload["detect"])
    except BaseException:
        await asyncio.shield(settlements.forget_waiting([row.file_id]))
        raise
    await client().execute_query_dict(
        "UPDATE upload SET file_id = $2 WHERE id = $1", [upload["id"], row.file_id]
    )
    await dumps.settle_quiet(source_id, settle_s=0)
    return Received(upload_id=upload["id"], dump_id=row.dump_id, outcome=outcome)
