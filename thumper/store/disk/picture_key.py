"""The key with which addresses of pictures are signed: a file in the home that its user alone can read.

The secrets of upload addresses are made with it, too. It is in no backup. Who removes it makes every address that was
signed before worthless; a new one is made when it is needed.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
from pathlib import Path
from typing import Final

NAME: Final = "picture-key"
_BYTES: Final = 32


@functools.cache  # one home a process
def picture_key(home: Path) -> bytes:
    """Return the key of a home, made when there is none. Raises `OSError`."""
    path = home / NAME
    for _ in range(2):  # another process may have made it, or half of it before it died
        with contextlib.suppress(FileNotFoundError):
            key = path.read_bytes()
            if len(key) == _BYTES:
                return key
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Put a new key in its place, so that there is a whole one or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(path)
