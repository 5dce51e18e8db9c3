"""Decodes photos in child processes, so that a hostile one costs a child and nothing else.

A crash, a hang or a memory bomb in a decoder written in C ends as a named refusal
of that one file. Children are programs of their own, never forks of this process,
which may hold a GPU. Used by the worker for pixels and by the web for pictures.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import mmap
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeAlias, TypeVar

import thumper
from thumper.domain.reason import Reason
from thumper.errors import ThumperError
from thumper.imaging.child import MESSAGE_BYTES, READY
from thumper.imaging.limits import Limits
from thumper.imaging.original import AnyPath
from thumper.imaging.picture_file import KEPT_BYTES, map_received
from thumper.imaging.pixel_memory import PixelMemory
from thumper.imaging.refusal import DecodeRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

_IMPORT_ROOT: Final = Path(thumper.__file__).parents[1]
"""Where the running Thumper is imported from: the child must be the same one."""
_START_S: Final = 60.0
"""Longest that a child may take to start: it takes 0.05 s, many times that on a machine that swaps."""
_END_S: Final = 2.0
"""How long a killed child is waited for; it takes milliseconds unless its disk or share hangs."""
_TRIES: Final = 2
"""A child may also be killed from outside; only a second death is blamed on the photo."""

_FEWEST, _MOST = 2, 64
"""Fewest: while one waits for a slow share another works. Most: no model is faster than what that many decode."""

Result = TypeVar("Result")
Words: TypeAlias = dict[str, str | int | bool]


class SandboxClosed(RuntimeError):  # it says a state, and no user ever reads it
    """Raised if the sandbox was closed before the photo was decoded: the photo is not to blame."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A photo ready for the detector.

    `pixels` is (height, width, 3) uint8, RGB, upright, writable without touching anything else. `sha256` is of the
    bytes that were decoded. `damaged` is true when only a part of the photo could be decoded.
    """

    pixels: NDArray[np.uint8]
    sha256: bytes
    damaged: bool

    @property
    def width_px(self) -> int:
        """Width of the upright photo."""
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        """Height of the upright photo."""
        return int(self.pixels.shape[0])


def children_for(cores: int) -> int:
    """Return the number of children that keep `cores` cores busy."""
    return min(max(cores, _FEWEST), _MOST)


class DecodeSandbox:
    """A few decoding children. Close it, or use it as a context manager."""

    def __init__(self, limits: Limits, *, workers: int | None = None, kept_bytes: int = KEPT_BYTES) -> None:
        """Start nothing yet: a child starts when none is idle. Without `workers` there are as many as cores.

        Up to `kept_bytes` of the pixels that were loaded and dropped are kept for the next ones.
        """
        self._limits = limits
        self._memory = PixelMemory(kept_bytes)
        self.workers = workers or children_for(len(os.sched_getaffinity(0)))
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="decode")
        self._guard = threading.Lock()
        self._idle: list[_Child] = []
        self._children: set[_Child] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the children that live now."""
        with self._guard:
            return tuple(child.process.pid for child in self._children)

    async def load(self, path: AnyPath) -> Loaded:
        """Decode a photo.

        Raises `DecodeRefusal` naming the reason, `SandboxClosed` if the sandbox is closed meanwhile.
        """
        return await self._run(lambda: self._ask({"do": "load", "path": _absolute(path)}, self._loaded))

    def _loaded(self, words: Words, picture: memoryview) -> Loaded:
        pixels = self._memory.copy(picture, (int(words["height_px"]), int(words["width_px"]), 3))
        return Loaded(pixels, bytes.fromhex(str(words["sha256"])), damaged=bool(words["damaged"]))

    async def render(self, path: AnyPath, longest_px: int, *, sha256: bytes) -> bytes:
        """Return the JPEG bytes of a photo, upright, without EXIF, scaled down to `longest_px`.

        Raises as `load`, and `DecodeRefusal` ORIGINAL_CHANGED if the photo is not the one with that SHA-256.
        """
        request: Words = {
            "do": "render",
            "path": _absolute(path),
            "longest_px": longest_px,
            "sha256": sha256.hex(),
        }
        return await self._run(lambda: self._ask(request, lambda _, picture: bytes(picture)))

    def close(self) -> None:
        """End the children at once, in milliseconds; `SandboxClosed` is raised for photos that are waited for."""
        with self._guard:
            self._closed = True
            children = tuple(self._children)
        for child in children:
            child.process.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in children:
            child.end()

    async def _run(self, work: Callable[[], Result]) -> Result:
        try:
            future = self._threads.submit(work)
        except RuntimeError:  # what a pool says that was shut down
            raise SandboxClosed from None
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._closed and task is not None and not task.cancelling():
                raise SandboxClosed from None  # closing cancelled the waiting photo, not the caller
            raise

    def _ask(self, request: Words, make: Callable[[Words, memoryview], Result]) -> Result:
        """Have a child answer one request; runs in a thread, one child a thread."""
        for attempt in range(_TRIES):
            # What killed one child may have killed its idle siblings, too: only a new one can blame the photo.
            child = self._take() if attempt == 0 else self._renew()
            try:
                words, picture = child.ask(request)
                # Before another photo is decoded to where this one lies.
                made = make(words, picture) if picture is not None else None
            except TimeoutError:
                self._discard(child)
                raise DecodeRefusal(
                    Reason.DECODE_TIMEOUT,
                    f"Reading or decoding this picture took longer than {self._limits.timeout_s:g} s.",
                ) from None
            except OSError:  # the child died
                self._discard(child)
                continue
            except MemoryError:  # here, for the copy
                self._discard(child)
                raise DecodeRefusal(Reason.DECODE_MEMORY) from None
            self._put_back(child)
            if made is None:
                raise DecodeRefusal(Reason(str(words["refused"])), str(words["message"]))
            return made
        if self._closed:
            raise SandboxClosed
        raise DecodeRefusal(Reason.DECODE_CRASHED)

    def _take(self) -> _Child:
        with self._guard:
            if self._closed:
                raise SandboxClosed
            while self._idle:
                child = self._idle.pop()
                if child.process.poll() is None:
                    return child
                self._children.discard(child)
                child.end()
        return self._start()

    def _renew(self) -> _Child:
        """Return a child started now, in the place of an idle one if there is any."""
        with self._guard:
            idle = self._idle.pop() if self._idle else None
        if idle is not None:
            self._discard(idle)
        return self._start()

    def _start(self) -> _Child:
        with self._guard:
            if self._closed:
                raise SandboxClosed
            try:
                child = _Child(self._limits)
            except OSError as error:  # too many processes or files, or too little memory, on this machine
                raise ThumperError(f"A decoding process cannot be started ({error.strerror}).") from error
            self._children.add(child)
        try:
            child.await_ready()
        except OSError as error:
            self._discard(child)
            if self._closed:
                raise SandboxClosed from None
            raise ThumperError("A decoding process does not start; its words are in the log.") from error
        return child

    def _put_back(self, child: _Child) -> None:
        with self._guard:
            self._idle.append(child)

    def _discard(self, child: _Child) -> None:
        with self._guard:
            self._children.discard(child)
        child.end()


class _Child:
    """One decoding process and the socket to it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.picture: mmap.mmap | None = None
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with contextlib.ExitStack() as undone, theirs:
            undone.callback(self.channel.close)
            number = str(theirs.fileno())
            program = ["-m", "thumper.imaging.child", number, json.dumps(asdict(limits))]
            self.process = subprocess.Popen(
                # Warnings about odd photos are not needed: what is wrong with one is in its reason.
                [sys.executable, "-W", "ignore", *program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd=_IMPORT_ROOT,
                pass_fds=[theirs.fileno()],
            )
            undone.pop_all()

    def await_ready(self) -> None:
        """Wait until the child serves. Raises `OSError` if it dies or takes too long."""
        self.channel.settimeout(_START_S)
        if self.channel.recv(MESSAGE_BYTES) != READY:
            raise ConnectionResetError
        self.channel.settimeout(self.limits.timeout_s)

    def ask(self, request: Words) -> tuple[Words, memoryview | None]:
        """Return the child's words and the picture that came with them, which the next one overwrites; None if refused.

        Raises `TimeoutError` if it takes too long, another `OSError` if it died.
        """
        self.channel.send(json.dumps(request).encode())
        message, descriptors, _, _ = socket.recv_fds(self.channel, MESSAGE_BYTES, 1)
        if not message:
            raise ConnectionResetError
        if descriptors:
            self.picture = map_received(descriptors[0])
        words: Words = json.loads(message)
        if "refused" in words:
            return words, None
        return words, memoryview(self._take_picture())[: int(words["size_bytes"])]

    def _take_picture(self) -> mmap.mmap:
        if (picture := self.picture) is None:
            raise ConnectionResetError
        if len(picture) > KEPT_BYTES:
            self.picture = None  # the child does not use it again either
        return picture

    def end(self) -> None:
        """Kill the process if it still runs, and clean up after it."""
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # a share that hangs keeps even the dead
            self.process.wait(_END_S)
        self.channel.close()


def _absolute(path: AnyPath) -> str:
    """Return the path as text that survives JSON; bytes that are no UTF-8 travel as lone surrogates."""
    return os.path.abspath(os.fsdecode(path))
