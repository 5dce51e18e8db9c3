"""The program of a decoding child: read one photo at a time, decode it, hand the pixels over.

Started by `sandbox` as a program of its own, with a socket to its parent. It holds
nothing worth stealing and can be killed at any time. It imports no model library,
so it starts in 0.15 s and needs 18 MB.

Conversation: one JSON message asks, one JSON message answers. Picture data travels
in an anonymous file that both map: photos are decoded into it. Its descriptor comes with
the first answer, and again when a larger picture needs another file.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Final

from PIL import Image

from thumper.domain.reason import Reason
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.imaging.original import open_original, read_whole
from thumper.imaging.picture_file import PictureFile
from thumper.imaging.refusal import DecodeRefusal
from thumper.imaging.rendition import render

MESSAGE_BYTES: Final = 64 * 1024
"""Longest message; a path has at most 4096 bytes, sixfold when escaped."""
_KEPT_BLOCKS: Final = 4
"""Blocks of 16 MB that Pillow keeps for the next photo; measured: a 20-megapixel photo takes 123 instead of 227 ms."""
READY: Final = b"ready"
_SELF_DESTRUCT: Final = 1.5
"""Times the time limit after which a child ends itself: only when no parent is left to do it."""


def answer(request: dict[str, str | int], limits: Limits, file: PictureFile) -> dict[str, object]:
    """Do what one message asks, and leave the picture in the file; a refusal is an answer, too."""
    try:
        return _do(request, limits, file)
    except DecodeRefusal as refusal:
        # The photo was recorded earlier, so a file that is gone means that the original is missing.
        reason = Reason.ORIGINAL_MISSING if refusal.reason is Reason.VANISHED else refusal.reason
        message = reason.sentence if reason is Reason.ORIGINAL_MISSING else str(refusal)
        return {"refused": reason, "message": message}
    except MemoryError:
        return {"refused": Reason.DECODE_MEMORY, "message": Reason.DECODE_MEMORY.sentence}


def _do(request: dict[str, str | int], limits: Limits, file: PictureFile) -> dict[str, object]:
    with open_original(os.fsencode(str(request["path"]))) as fd:
        data = read_whole(fd, limits)
    sha256 = hashlib.sha256(data).hexdigest()
    if request.get("sha256", sha256) != sha256:
        raise DecodeRefusal(Reason.ORIGINAL_CHANGED)
    if request["do"] == "render":
        picture = decode(data, limits)
        told = memoryview(render(picture.image, int(request["longest_px"])))
    else:
        picture = decode(data, limits, file.memory)
        told = picture.pixels
    file.hold(told)
    return {
        "width_px": picture.width_px,
        "height_px": picture.height_px,
        "damaged": picture.damaged,
        "sha256": sha256,
        "size_bytes": told.nbytes,
    }


def _serve(channel: socket.socket, limits: Limits) -> None:
    file = PictureFile()
    channel.send(READY)
    while message := channel.recv(MESSAGE_BYTES):
        signal.setitimer(signal.ITIMER_REAL, limits.timeout_s * _SELF_DESTRUCT)
        words = json.dumps(answer(json.loads(message), limits, file)).encode()
        descriptor = file.take_descriptor()
        if descriptor is not None:
            socket.send_fds(channel, [words], [descriptor])
            os.close(descriptor)
        else:
            channel.send(words)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _confine(limits: Limits) -> None:
    """Renounce what decoding does not need: memory beyond the limit, core dumps, the terminal's Ctrl-C."""
    own_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    allowed = own_bytes + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.core.set_blocks_max(_KEPT_BLOCKS)  # type: ignore[attr-defined]  # documented, but not typed
    # The parent ends its children by closing the socket, after it has finished what it had begun.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def main() -> None:
    """Serve the parent until it closes the socket. Arguments: the socket's descriptor, the limits as JSON."""
    limits = Limits(**json.loads(sys.argv[2]))
    _confine(limits)
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        try:
            _serve(channel, limits)
        except ConnectionError:
            return  # the parent went away in the middle of a photo


if __name__ == "__main__":
    main()
