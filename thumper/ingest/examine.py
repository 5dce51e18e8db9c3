"""Examining one whole file: its bytes are read once and hashed, then its header and EXIF are parsed.

These are two steps, so that bytes which are an image already are not parsed again. They run
in threads, touch no database and decode no pixel. What is wrong with a file is returned, not raised.

A photo that is incomplete, as far as its bytes say so, is waited for; when that has gone on for long enough it is
taken as it is, since detection looks at what there is of it.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

from thumper.domain.arrived_part import ArrivedPart
from thumper.domain.file import Outcome, StableFile
from thumper.domain.file_kind import HEAD_BYTES
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.domain.sidecar import is_sidecar
from thumper.imaging.gaps import find_gaps, is_unwritten, outside
from thumper.imaging.header import JPEG, JPEG_END, Probe, inspect_stream
from thumper.imaging.limits import Limits
from thumper.imaging.original import check_size, open_original, read_head, read_whole
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.metadata import Metadata, read_metadata
from thumper.ingest.photo_name import is_photo_name, refuse_unread
from thumper.ingest.sidecar import Sidecar, arrived, with_sidecar
from thumper.ingest.walk import lies_within, modified_ns

_HELD: Final = frozenset({Reason.TRUNCATED, Reason.ZERO_BYTES, Reason.UNREADABLE, Reason.VANISHED})
"""Reasons that may go away: a copy that pauses leaves such files for a while, and so does a lost disk."""
_HELD_UNWRITTEN: Final = frozenset({Reason.DAMAGED_HEADER, Reason.NOT_AN_IMAGE})
"""Reasons that may go away if there are gaps in the file: its beginning may not have been written yet."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file that did not change while they were read, and their hash."""

    file: StableFile
    sha256: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A file with the same bytes as an image, for which they were examined already."""

    file: StableFile
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A file that is a photo: hash, header and EXIF. `content` is kept only if it is to be copied.

    `arrived` is what is there of one that is incomplete; `completes` are incomplete images of which it is the whole.
    """

    file: StableFile
    sha256: bytes
    probe: Probe
    metadata: Metadata
    content: bytes | None
    arrived: ArrivedPart | None = None
    completes: tuple[UUID, ...] = ()


Examined: TypeAlias = Photo | KnownPhoto | Sidecar | Outcome
"""A photo, a sidecar, or the outcome of a file that is neither: rejected, changed meanwhile (`seen`), or waited for
(`stable`)."""


def read(file: StableFile, limits: Limits) -> Content | Sidecar | Outcome:
    """Read and hash a file; return its outcome instead if it has changed, or is no photo by its beginning or size.

    Of a file that is no photo by its name, or too large for one, a few bytes are read first: a video is not read whole.
    """
    if is_sidecar(file.name):
        return arrived(file)
    try:
        if not is_photo_name(file.name) or file.size_bytes > limits.max_bytes:
            head = _read(file, lambda fd: read_head(fd, HEAD_BYTES))
            if head is None:
                return Outcome(file, FileState.SEEN)
            refuse_unread(file.name, head)
        check_size(file.size_bytes, limits)
        content = _read(file, lambda fd: read_whole(fd, limits))
    except DecodeRefusal as refusal:
        return _refused(file, refusal)
    if content is None or len(content) != file.size_bytes:
        return Outcome(file, FileState.SEEN)
    return Content(file, hashlib.sha256(content).digest(), content)


def examine(
    read: Content, limits: Limits, *, max_exif_bytes: int, keep_content: bool = False
) -> Photo | Outcome:
    """Return the photo that the bytes of a file are, or what is wrong with them."""
    file, content = read.file, read.content
    try:
        probe = inspect_stream(io.BytesIO(content), limits)
        arrived = _arrived(content, probe)
        if arrived is not None and not file.final:
            return Outcome(file, FileState.STABLE)
    except DecodeRefusal as refusal:
        if refusal.reason in _HELD_UNWRITTEN and not file.final and is_unwritten(content):
            return Outcome(file, FileState.STABLE)
        return _refused(file, refusal)
    metadata = read_metadata(content, media_type=probe.media_type, max_exif_bytes=max_exif_bytes)
    return Photo(
        file=file,
        sha256=read.sha256,
        probe=probe,
        metadata=with_sidecar(metadata, file.absolute, root=file.root),
        content=content if keep_content else None,
        arrived=arrived,
    )


def _arrived(content: bytes, probe: Probe) -> ArrivedPart | None:
    """Return what is there of an incomplete photo; None for a whole one.

    Raises `DecodeRefusal` TRUNCATED if that is nothing of the picture, or a part of a PNG, which no reader takes.
    """
    gaps = find_gaps(content, data_at=probe.data_at, ending_complete=probe.ending_complete)
    if probe.ending_complete and not gaps:
        return None
    there = outside(gaps, size=len(content))
    if not probe.ending_complete and (probe.media_type != JPEG or there[-1][1] <= _scan_at(content, probe)):
        raise DecodeRefusal(Reason.TRUNCATED)
    if len(there) > 1 and content[slice(*there[-1])] == JPEG_END:
        there.pop()  # a mark that was put behind zeros says nothing of where the photo ends
    return ArrivedPart.of(content, there)


def _scan_at(content: bytes, probe: Probe) -> int:
    """Return where the coded data of a JPEG begin, behind the header of its first scan."""
    at = probe.data_at + 2
    return at + int.from_bytes(content[at : at + 2])


def _refused(file: StableFile, refusal: DecodeRefusal) -> Outcome:
    if refusal.reason in _HELD and not file.final:
        return Outcome(file, FileState.STABLE)
    return Outcome.rejected(file, refusal.reason, detail=str(refusal))


def _read(file: StableFile, take: Callable[[int], bytes]) -> bytes | None:
    """Return what is taken of an open file; None if it changed before or while it was read."""
    if file.root is not None and not lies_within(file.absolute, file.root):
        raise DecodeRefusal(Reason.LINK, "It is a link that leads out of the folder.")
    with open_original(file.absolute) as fd:
        if not _unchanged(file, os.fstat(fd)):
            return None
        taken = take(fd)
        return taken if _unchanged(file, os.fstat(fd)) else None


def _unchanged(file: StableFile, now: os.stat_result) -> bool:
    same_inode = file.inode is None or file.inode == now.st_ino
    return same_inode and (file.size_bytes, file.mtime_ns) == (now.st_size, modified_ns(now))


def original_is_there(path: bytes, *, size_bytes: int) -> bool:
    """Return whether a file of that size lies at an original's path."""
    try:
        found = Path(os.fsdecode(path)).stat()
    except OSError:
        return False
    return found.st_size == size_bytes
