"""Standard output and error of processes that go on when what they print cannot be written.

A log on a full disk, or a pipe whose reader has gone, costs the log lines and must not end the process.
"""

from __future__ import annotations

import contextlib
from typing import Any, TextIO, cast


class _LossyStream:
    """A text stream that loses what cannot be written. Everything but writing is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def lossy(stream: TextIO) -> TextIO:
    """Return a stream in front of another that raises no `OSError` when it is written to."""
    return cast("TextIO", _LossyStream(stream))
