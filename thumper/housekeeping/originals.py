"""Whether a view could be made again at any time: its original is there, byte for byte."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Final

from thumper.imaging.original import open_original, reader
from thumper.imaging.refusal import DecodeRefusal
from thumper.store.postgres.connect import client

_ORIGINALS: Final = "SELECT sha256, original_path, size_bytes FROM image WHERE sha256 = ANY($1::bytea[])"


async def paths_of(hashes: Sequence[bytes]) -> dict[bytes, tuple[bytes, int]]:
    """Return path and size of the originals of those images that there are, by hash."""
    rows = await client().execute_query_dict(_ORIGINALS, [list(hashes)])
    return {bytes(row["sha256"]): (bytes(row["original_path"]), row["size_bytes"]) for row in rows}


def is_whole(path: bytes, sha256: bytes, *, size_bytes: int) -> bool:
    """Return whether a file has that size and hash. Its name and size alone do not tell: cameras use names again."""
    try:
        with open_original(path) as fd:
            if os.fstat(fd).st_size != size_bytes:
                return False
            return hashlib.file_digest(reader(fd), "sha256").digest() == sha256
    except (DecodeRefusal, OSError):
        return False
