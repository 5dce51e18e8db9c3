"""Many distinct photos out of a few: each copy differs from all others by a JPEG comment.

Benchmarks need files that no hash takes for duplicates, round after round. The pixels are not touched:
what a detector sees is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

START_OF_IMAGE: Final = b"\xff\xd8"
COMMENT: Final = b"\xff\xfe"
LONGEST_COMMENT: Final = 65_535 - 2
"""The length field of a segment has two bytes and counts itself."""


def repeated(photos: Sequence[Path], count: int) -> list[Path]:
    """Return `count` photos, the same ones again if there are fewer."""
    return [photos[number % len(photos)] for number in range(count)]


def write_card(photos: Sequence[Path], name: str, *, folder: Path) -> Path:
    """Write a folder with copies whose bytes, and names, are new; a photo may be given several times."""
    card = folder / name
    card.mkdir()
    for number, photo in enumerate(photos):
        file = f"{name}-{number:06}-{photo.name}"
        (card / file).write_bytes(with_comment(photo.read_bytes(), file.encode()))
    return card


def with_comment(jpeg: bytes, comment: bytes) -> bytes:
    """Return the JPEG with a comment segment after its application segments, where EXIF stays first.

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
