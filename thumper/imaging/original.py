"""Reads a user's photo without leaving a trace on it.

Files are opened read-only and, where permitted, without touching their access
time. Anything that is not a plain file is refused before a byte is read. This
module never writes and never follows what a file says.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from thumper.domain.reason import Reason
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal

AnyPath: TypeAlias = str | bytes | os.PathLike[str]
"""A path as text or as bytes: names on camera cards need not be UTF-8."""

# O_NONBLOCK: opening a pipe that someone left in the folder must not wait for its writer.
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
_NOATIME: Final = getattr(os, "O_NOATIME", 0)


@contextmanager
def open_original(path: AnyPath) -> Iterator[int]:
    """Open a photo read-only and give its file descriptor.

    Raises `DecodeRefusal`: VANISHED if it is not there, UNREADABLE if it is no plain file or closed to us.
    """
    try:
        fd = _open(path)
    except (FileNotFoundError, NotADirectoryError):
        raise DecodeRefusal(Reason.VANISHED) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DecodeRefusal(Reason.UNREADABLE, f"The file cannot be opened: {_words(error)}.") from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise DecodeRefusal(
                Reason.UNREADABLE, "It is no plain file but a folder, pipe, socket or device."
            )
        yield fd
    finally:
        os.close(fd)


def read_whole(fd: int, limits: Limits) -> bytes:
    """Read a photo's bytes from its beginning.

    Raises `DecodeRefusal`: ZERO_BYTES, TOO_LARGE_BYTES, or UNREADABLE if the disk or share fails.
    """
    check_size(os.fstat(fd).st_size, limits)
    try:
        data = reader(fd).read(limits.max_bytes + 1)
    except OSError as error:
        raise DecodeRefusal(Reason.UNREADABLE, f"The file cannot be read: {_words(error)}.") from error
    check_size(len(data), limits)
    return data


def read_head(fd: int, length: int) -> bytes:
    """Read the first bytes of a file, at most that many. Raises `DecodeRefusal`: UNREADABLE."""
    try:
        return os.pread(fd, length, 0)
    except OSError as error:
        raise DecodeRefusal(Reason.UNREADABLE, f"The file cannot be read: {_words(error)}.") from error


def check_size(size_bytes: int, limits: Limits) -> None:
    """Raise `DecodeRefusal` if a file of that size is empty or larger than the limit."""
    if size_bytes == 0:
        raise DecodeRefusal(Reason.ZERO_BYTES)
    if size_bytes > limits.max_bytes:
        raise DecodeRefusal(
            Reason.TOO_LARGE_BYTES, f"The file has {size_bytes:,} bytes; the limit is {limits.max_bytes:,}."
        )


def reader(fd: int) -> io.BufferedReader:
    """Return a seekable stream over an open file that leaves the descriptor's own position alone.

    Closing the stream does not close the descriptor.
    """
    return io.BufferedReader(_Positional(fd))


class _Positional(io.RawIOBase):
    """Reads with `pread`, which leaves the position of a shared descriptor alone."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: os.fstat(self._fd).st_size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        count = os.preadv(self._fd, [buffer], self._at)
        self._at += count
        return count


def _open(path: AnyPath) -> int:
    try:
        return os.open(path, _FLAGS | _NOATIME)
    except PermissionError:  # O_NOATIME is for the owner; a missing permission fails again below
        return os.open(path, _FLAGS)


def _words(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
