"""Reading the EXIF tags of images out of their originals, when somebody asks.

They are not kept: a million photos would make the database half as large again for what is looked at one photo at a
time (`docs/decisions/051`). The bytes are compared with the hash of the image first: a place on the disk may hold the
next card's photo by now.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass

from thumper.imaging.header import PNG, read_parts
from thumper.imaging.header_parts import EndlessHeaderError
from thumper.imaging.original import open_original, reader
from thumper.imaging.png_texts import read_png_texts
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.exif_tags import WrittenTag, written_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Where an original is said to be, and what it has to be; EXIF of more bytes than `max_exif_bytes` is not read."""

    path: bytes
    sha256: bytes
    size_bytes: int
    media_type: str
    max_exif_bytes: int


async def read(originals: Sequence[Original]) -> dict[Original, list[WrittenTag]]:
    """Return the tags of originals; those that cannot be read now, or hold other bytes, are missing."""
    return await asyncio.to_thread(_read_each, originals)


def _read_each(originals: Sequence[Original]) -> dict[Original, list[WrittenTag]]:
    """Read one after the other, so that no more than one photo is in memory."""
    found = {}
    for original in originals:
        content = _content(original)
        if content is not None:
            found[original] = _tags(content, original)
    return found


def _content(original: Original) -> bytes | None:
    try:
        with open_original(original.path) as fd:
            if os.fstat(fd).st_size != original.size_bytes:
                return None
            content = reader(fd).read()
    except (DecodeRefusal, OSError):
        return None
    return content if hashlib.sha256(content).digest() == original.sha256 else None


def _tags(content: bytes, original: Original) -> list[WrittenTag]:
    stream = io.BytesIO(content)
    try:
        exif = read_parts(stream, original.media_type).exif
    except EndlessHeaderError:
        return []
    if not exif and original.media_type == PNG:
        exif = read_png_texts(stream).exif
    return written_tags(exif) if len(exif) <= original.max_exif_bytes else []
