"""Many distinct photos out of a few: each copy differs from all others by a JPEG comment.

Why: load tests and benchmarks need thousands of files that no hash takes for
duplicates, without drawing or encoding thousands of pictures. Refuses to touch the
pixels: what a detector sees is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

START_OF_IMAGE = b"\xff\xd8"
COMMENT = b"\xff\xfe"
# The length field of a segment has two bytes and counts itself.
LONGEST_COMMENT = 65_535 - 2


def distinct_copies(photos: Sequence[Path], count: int, *, folder: Path) -> tuple[Path, ...]:
    """Write `count` byte-distinct copies of the photos, taken in turn, into `folder`.

    The names are running numbers before the originals' names. Raises ValueError if there
    are no photos or one is no JPEG.
    """
    if not photos:
        raise ValueError("copies need at least 1 photo, got 0")
    folder.mkdir(parents=True, exist_ok=True)
    originals = [(photo.name, photo.read_bytes()) for photo in photos[:count]]
    written = []
    for number in range(count):
        name, jpeg = originals[number % len(originals)]
        path = folder / f"{number:06d}_{name}"
        path.write_bytes(with_comment(jpeg, f"thumper copy {number}".encode("ascii")))
        written.append(path)
    return tuple(written)


def with_comment(jpeg: bytes, comment: bytes) -> bytes:
    """The JPEG with a comment segment after its application segments, where EXIF stays first.

    Raises ValueError if the bytes are no JPEG or the comment is longer than a segment can be.
    """
    if not jpeg.startswith(START_OF_IMAGE):
        raise ValueError(f"expected a JPEG, got bytes that begin with {jpeg[:4].hex()}")
    if len(comment) > LONGEST_COMMENT:
        raise ValueError(f"a comment holds at most {LONGEST_COMMENT} bytes, got {len(comment)}")
    at = len(START_OF_IMAGE)
    while jpeg[at : at + 1] == b"\xff" and 0xE0 <= jpeg[at + 1] <= 0xEF:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    length = (len(comment) + 2).to_bytes(2, "big")
    return jpeg[:at] + COMMENT + length + comment + jpeg[at:]
