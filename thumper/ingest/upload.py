"""Receiving files over HTTP, each at a one-time address.

An address is a secret of 256 bits, stored only as its hash, valid for one file and
for a limited time. It is made of the id of its row with the key of the home, so that it can be told again to a client
whose reply was lost. The bytes are written to disk as they arrive and are then admitted
like any other file.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.access import OWNER, Actor, Role
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.file import Found, Outcome, StableFile
from thumper.domain.keep import Keep
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.domain.secret import derived_secret
from thumper.errors import BusyError, NoRoomError, NotFoundError, ThumperError
from thumper.ingest.admit import admit
from thumper.ingest.context import IngestContext
from thumper.store.access.credentials import person_of
from thumper.store.disk import library
from thumper.store.disk.picture_key import picture_key
from thumper.store.feed import feed
from thumper.store.files import dumps, registration, sources, uploads
from thumper.store.files.uploads import Replaced, Unclaimed, UploadClaim
from thumper.store.models import Dump, Location, Upload
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.probe import unless_frozen

MOST_FILES: Final = 1000
"""Most addresses in one request."""
_LONGEST_NAME: Final = 255
_SIGN_EVERY_S: Final = uploads.SILENCE_S / 6
_CANCELLED: Final = "This upload was cancelled. Ask for a new address with createUpload."
_RELEASE_S: Final = 0.5
"""How long freeing an address may delay the answer that the transfer failed."""


class UploadClosedError(ThumperError):
    """Raised if an address takes no file any more: it was used or cancelled, or has expired."""

    code: ClassVar[str] = "UPLOAD_CLOSED"


class UploadNotWrittenError(ThumperError):
    """Raised if the bytes that arrive cannot be written, for another reason than a full disk."""

    code: ClassVar[str] = "NOT_WRITTEN"


async def create_uploads(
    context: IngestContext,
    names: Sequence[str],
    *,
    location_id: UUID | None = None,
    detect: bool = True,
    credential_id: UUID | None = None,
) -> list[tuple[Upload, str]]:
    """Open addresses for files of one new dump; return each upload with the secret of its address.

    Without `detect` their images wait until detection is asked for. The dump notes the session or token that asked.
    Raises `InvalidValueError` about the names and `NoRecordError` about the location.
    """
    cleaned = _file_names(names)
    if location_id is not None and not await Location.exists(id=location_id):
        raise NoRecordError("location", "location_id")
    source_id = await _open_door(context)
    async with in_transaction("default") as transaction:
        await sources.lock(transaction, source_id)
        # A new folder, so that no two calls share a dump.
        folder = new_id().hex.encode()
        dump_id = await dumps.open_dump(
            transaction, source_id, folder=folder, location_id=location_id, shown=False
        )
        if credential_id is not None:
            await dumps.note_credential(transaction, dump_id, credential_id)
        return await _promise(transaction, context, dump_id, names=cleaned, detect=detect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Names for which addresses are asked in a dump that there is, and how.

    With `again` they are those of files for which addresses were asked before: such as are still open are closed.
    """

    names: Sequence[str]
    detect: bool = True
    again: bool = False


async def continue_uploads(
    context: IngestContext, dump_id: UUID, asked: Asked, *, actor: Actor = OWNER
) -> list[tuple[Upload, str]]:
    """Open addresses for more files of a dump of uploads, which opens again; return each with its secret.

    A name that was promised before and never sent, since its address expired or was closed, is promised anew and is
    missed no more; one that was rejected is to be sent again. An address that is open stands for another file of that
    name, as in two folders of a card. All this goes for an owner and for who began the upload: for others the names
    are of more files, so that no one else takes away what keeps a card from being wiped. Raises `InvalidValueError`
    about the names, `again` and a dump that is not of uploads, and `NoRecordError`.
    """
    cleaned = _file_names(asked.names)
    dump = await _dump_of_uploads(dump_id)
    is_own = await _began(actor, dump)
    if asked.again and not is_own:
        raise InvalidValueError(
            "Only who began this upload, or an owner, can say that its files are sent again.", "again"
        )
    async with in_transaction("default") as transaction:
        await sources.lock(transaction, dump.source_id)
        replaced = (
            await uploads.replace_unsent(transaction, dump_id, cleaned, open_too=asked.again)
            if is_own
            else None
        )
        made = await _promise(transaction, context, dump_id, names=cleaned, detect=asked.detect)
        if replaced is not None:
            await _stand_for(transaction, dump_id, [upload for upload, _ in made], replaced=replaced)
        await dumps.touch(transaction, [dump_id])
        await feed.append(transaction, [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id)])
        return made


async def _began(actor: Actor, dump: Dump) -> bool:
    """Return whether somebody is who began an upload, with whatever session or token, or an owner."""
    if actor.role is Role.OWNER:
        return True
    if dump.credential_id is None or actor.credential_id is None:
        return False
    if dump.credential_id == actor.credential_id:
        return True
    return actor.person_id is not None and await person_of(dump.credential_id) == actor.person_id


async def _stand_for(
    transaction: BaseDBAsyncClient, dump_id: UUID, made: Sequence[Upload], *, replaced: Sequence[Replaced]
) -> None:
    """Have each new address stand for the one that it replaces, or else for a rejected file of its name."""
    left: dict[str, list[UUID | None]] = {}
    for name, file_id in replaced:
        left.setdefault(name, []).append(file_id)
    inherited, others = {}, []
    for upload in made:
        if left.get(upload.file_name):
            inherited[upload.id] = left[upload.file_name].pop()
        else:
            others.append(upload.id)
    await uploads.await_again(transaction, dump_id, others, inherited=inherited)


async def _promise(
    transaction: BaseDBAsyncClient,
    context: IngestContext,
    dump_id: UUID,
    *,
    names: Sequence[str],
    detect: bool,
) -> list[tuple[Upload, str]]:
    ids = [new_id() for _ in names]
    addresses = [(each, secret_of(context, each), name) for each, name in zip(ids, names, strict=True)]
    await uploads.promise(
        transaction,
        dump_id,
        [(upload_id, _hash(token), name) for upload_id, token, name in addresses],
        detect=detect,
        ttl_s=context.settings.upload_ttl_s,
    )
    made = {upload.id: upload for upload in await Upload.filter(id__in=ids).using_db(transaction)}
    return [(made[upload_id], token) for upload_id, token, _ in addresses]


def secret_of(context: IngestContext, upload_id: UUID) -> str:
    """Return the secret in an address, which is kept nowhere. Raises `OSError` without the key of the home."""
    return derived_secret(picture_key(context.settings.home), f"upload {upload_id.hex}")


async def _dump_of_uploads(dump_id: UUID) -> Dump:
    """Return a dump with its source; raise `NoRecordError`, or `InvalidValueError` for one that is not of uploads."""
    dump = await Dump.get_or_none(id=dump_id).prefetch_related("source")
    if dump is None:
        raise NoRecordError("dump", "dump_id")
    if dump.source.kind is not SourceKind.UPLOAD:
        raise InvalidValueError(
            "This dump was not made by createUpload, so nothing is awaited over HTTP.", "dump_id"
        )
    return dump


async def cancel_uploads(dump_id: UUID) -> tuple[Dump, int]:
    """Close those addresses of a dump that have received no file; return the dump, and how many were closed.

    It settles, with what was sent until then. Raises `NoRecordError`, or `InvalidValueError` for a dump that
    is not of uploads.
    """
    dump = await _dump_of_uploads(dump_id)
    async with in_transaction("default") as transaction:
        closed = await uploads.cancel(transaction, dump_id)
        if closed:
            await dumps.note_change(transaction, [dump_id])
            await feed.append(transaction, [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id)])
    await dumps.settle_quiet(dump.source_id, settle_s=0, only=[dump_id])
    return await Dump.get(id=dump_id), closed


async def _open_door(context: IngestContext) -> UUID:
    """Return the id of the one source of all uploads: the library, into which they are copied."""
    return await sources.open_source(SourceKind.UPLOAD, os.fsencode(context.library))


def _file_names(names: Sequence[str]) -> list[str]:
    """Return the last part of each name; raise `InvalidValueError` for one that is none, and for too many."""
    if not 1 <= len(names) <= MOST_FILES:
        raise InvalidValueError(f"{len(names)} files were given; 1 to {MOST_FILES:,} at a time.", "files")
    return [_file_name(name, "files", str(number)) for number, name in enumerate(names)]


def _file_name(name: str, *field: str) -> str:
    """Return the last part of a name that a client sent; raise `InvalidValueError` if nothing is left."""
    last = readable(name.replace("\\", "/").rpartition("/")[2].encode("utf-8", "replace")).strip()
    if last in {"", ".", ".."} or len(last.encode()) > _LONGEST_NAME:
        raise InvalidValueError(f"{name[:80]!r} is no file name of 1 to {_LONGEST_NAME} bytes.", *field)
    return last


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def receive_upload(context: IngestContext, token: str, stream: AsyncIterator[bytes]) -> Outcome:
    """Receive the bytes that arrive at an address and admit them; return the outcome.

    Raises `NotFoundError` for an unknown address, `UploadClosedError` for one that was used or has expired, and
    `BusyError` while another transfer has it. After a transfer that broke off, the address can be used again:
    at once, or after `uploads.SILENCE_S` when PostgreSQL was away too. When bytes were admitted and the answer
    was lost, sending them again returns the same outcome.
    """
    url = context.settings.postgres_url
    transfer = _Transfer(await unless_frozen(_claim(token), url))
    path = library.incoming_dir(context.library) / f"{transfer.claim.upload_id.hex}-{new_id().hex}"
    try:
        await _write(path, transfer.alive(stream), most_bytes=context.settings.max_file_bytes)
        await unless_frozen(transfer.confirm(), url)
        return await unless_frozen(_admit(context, transfer.claim, path), url)
    except BaseException:
        await asyncio.shield(transfer.release())
        raise
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


async def _claim(token: str) -> UploadClaim:
    claim = await uploads.claim(_hash(token))
    if isinstance(claim, UploadClaim):
        return claim
    raise _refusal(claim)


def _refusal(why: Unclaimed) -> ThumperError:
    """Return the error for an address that cannot be used."""
    match why:
        case Unclaimed.UNKNOWN:
            return NotFoundError("There is no such upload address. Ask for one with createUpload.")
        case Unclaimed.OVER:
            return UploadClosedError(
                "This upload address was used or has expired. Ask for a new one with createUpload."
            )
        case Unclaimed.CANCELLED:
            return UploadClosedError(_CANCELLED)
        case Unclaimed.BUSY:
            return BusyError(
                "Another transfer to this upload address is going on, or broke off a moment ago. "
                f"Try again in {uploads.SILENCE_S:.0f} seconds."
            )


class _Transfer:
    """One transfer that holds an address for as long as bytes come."""

    def __init__(self, claim: UploadClaim) -> None:
        self.claim = claim
        self._signed_s = time.monotonic()

    async def alive(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield what arrives, and renew the claim meanwhile; raise `BusyError` when another transfer took over."""
        async for part in stream:
            if time.monotonic() - self._signed_s >= _SIGN_EVERY_S:
                await self._sign()
            yield part

    async def _sign(self) -> None:
        with contextlib.suppress(*OUTAGES):  # it may be over before the last byte has come
            signed = await uploads.sign(self.claim)
            if signed is None:
                raise BusyError(
                    "This transfer paused for so long that another one to its address has begun, or the upload was"
                    " cancelled."
                )
            self.claim = signed
        self._signed_s = time.monotonic()

    async def confirm(self) -> None:
        """Renew the claim when all bytes are here, before they count; raise why it was lost meanwhile, if it was."""
        signed = await uploads.sign(self.claim)
        if signed is None:
            raise _refusal(await uploads.why_lost(self.claim))
        self.claim = signed

    async def release(self) -> None:
        """Free the address; while PostgreSQL is away, it becomes free after `uploads.SILENCE_S`."""
        with contextlib.suppress(*OUTAGES):
            async with asyncio.timeout(_RELEASE_S):
                await uploads.release(self.claim)


async def _write(path: Path, stream: AsyncIterator[bytes], *, most_bytes: int) -> None:
    """Write what arrives, at most one byte more than the limit, which shows that it is too large.

    Raises `NoRoomError` or `UploadNotWrittenError` if it cannot be written.
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
        raise (NoRoomError if error.errno == errno.ENOSPC else UploadNotWrittenError)(
            f"The upload cannot be written into the library: {error.strerror or error}. `thumper doctor` tells the"
            " owner where; then send the file to the same address again."
        ) from error


async def _admit(context: IngestContext, claim: UploadClaim, path: Path) -> Outcome:
    source_id = await _open_door(context)
    there = path.stat()
    ledger_path = f"{claim.upload_id.hex}/{claim.file_name}".encode()
    outcome = await _admitted_before(source_id, claim, path, ledger_path=ledger_path)
    if outcome is None:
        found = Found(ledger_path, there.st_size, there.st_mtime_ns)
        (row,) = await registration.register(
            source_id, [found], dump_id=claim.dump_id, shown_as=claim.file_name
        )
        file = _stable(row.file_id, claim, path)
        try:
            (outcome,) = await admit(context, [file], keep=Keep.COPY, held=not claim.detect)
        except BaseException:
            await asyncio.shield(registration.forget_waiting([row.file_id]))
            raise
    await uploads.finish(claim.upload_id, outcome.file.file_id)
    with contextlib.suppress(*OUTAGES):  # the watcher settles it later
        await dumps.settle_quiet(source_id, settle_s=0)
    return outcome


async def _admitted_before(
    source_id: UUID, claim: UploadClaim, path: Path, *, ledger_path: bytes
) -> Outcome | None:
    """Return the outcome of the same bytes if they were admitted before and the answer was lost."""
    before = await uploads.admitted(source_id, ledger_path)
    if before is None or before.sha256 is None:
        return None
    if not await asyncio.to_thread(library.holds, path, before.sha256):
        return None
    file = _stable(before.id, claim, path)
    return Outcome(file, before.state, sha256=before.sha256, image_id=before.image_id)


def _stable(file_id: UUID, claim: UploadClaim, path: Path) -> StableFile:
    found = path.stat()
    return StableFile(
        file_id=file_id,
        dump_id=claim.dump_id,
        absolute=os.fsencode(path),
        name=os.fsencode(claim.file_name),
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
    )
