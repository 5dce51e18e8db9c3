"""Memory that has a descriptor but no name, in which pictures go to another process, one after the other."""

from __future__ import annotations

import fcntl
import mmap
import os
from typing import Final

_SEALS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
"""What the receiver may rely on: the file that it maps cannot be cut short under it."""
_STEP_BYTES: Final = 1024 * 1024
"""Sizes are whole steps, so that photos which differ by a little share a file."""
KEPT_BYTES: Final = 64 * 1024 * 1024
"""Largest file that is used again: fresh memory costs as much time as decoding does, but it stays in use meanwhile."""


class PictureFile:
    """The sender's side: one file, used again for every picture that fits."""

    def __init__(self) -> None:
        """Make none yet."""
        self._mapped: mmap.mmap | None = None
        self._unsent: int | None = None

    def memory(self, size_bytes: int) -> mmap.mmap:
        """Return at least `size_bytes` to be written to. Raises `MemoryError` if there is too little memory."""
        if self._mapped is None or len(self._mapped) < size_bytes:
            self._mapped = None  # first the old one goes
            self._mapped = self._make(-(-size_bytes // _STEP_BYTES) * _STEP_BYTES)
        return self._mapped

    def hold(self, picture: memoryview) -> None:
        """Make sure that the file begins with these bytes, wherever they were decoded to."""
        if picture.obj is not self._mapped:
            self.memory(picture.nbytes)[: picture.nbytes] = picture

    def take_descriptor(self) -> int | None:
        """Return the descriptor if the receiver does not have it yet; the caller closes it."""
        descriptor, self._unsent = self._unsent, None
        if self._mapped is not None and len(self._mapped) > KEPT_BYTES:
            self._mapped = None
        return descriptor

    def _make(self, size_bytes: int) -> mmap.mmap:
        if self._unsent is not None:
            os.close(self._unsent)
        self._unsent = os.memfd_create("thumper-picture", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(self._unsent, size_bytes)
            fcntl.fcntl(self._unsent, fcntl.F_ADD_SEALS, _SEALS)
            return mmap.mmap(self._unsent, size_bytes)
        except OSError as error:
            raise MemoryError(str(error)) from error


def map_received(descriptor: int) -> mmap.mmap:
    """Map a file that was received, for reading, and close the descriptor.

    Raises `ConnectionResetError` if it was not made by a `PictureFile`: something else runs in the sender.
    """
    try:
        if fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & _SEALS != _SEALS:
            raise ConnectionResetError
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
