"""Damages real photos in seeded ways: the ways of cards, cables and programs, and those of somebody who means harm."""

from __future__ import annotations

import functools
import io
import random
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from tests.conftest import ROOT, SHARED_DATA

KEPT: Final = ROOT / ".faults" / "mutants"
"""Where a mutant is kept that broke a promise."""
_LARGEST_BYTES: Final = 600_000
"""Larger photos are damaged in no other way, and take longer."""
_A_FOLDER: Final = 40
"""Photos taken of one folder, so that no brand outnumbers the others."""
_SHORT_SIDE_PX: Final = 160
_NASTY: Final = (0, 1, 2, 0x7F, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_MARKERS: Final = (
    0x00,
    0x01,
    0xC0,
    0xC2,
    0xC4,
    0xC9,
    0xD0,
    0xD8,
    0xD9,
    0xDA,
    0xDB,
    0xDD,
    0xE1,
    0xED,
    0xFE,
    0xFF,
)
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_EXIF: Final = b"Exif\0\0"


@functools.cache
def photos() -> tuple[bytes, ...]:
    """Return real photos of many cameras as they are, and some of them as PNG, greyscale and progressive JPEG."""
    folders: dict[Path, list[Path]] = {}
    for path in sorted((SHARED_DATA / "images").rglob("*")):
        if path.suffix.lower() in {".jpg", ".jpeg"} and path.stat().st_size < _LARGEST_BYTES:
            folders.setdefault(path.parent, []).append(path)
    chosen = [
        path.read_bytes() for paths in folders.values() for path in paths[:: max(len(paths) // _A_FOLDER, 1)]
    ]
    return (*chosen, *(file for content in chosen[::12] for file in _others(content)))


def _others(content: bytes) -> list[bytes]:
    """Return the same picture, smaller, as files of other kinds."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(content))
        with warnings.catch_warnings(action="ignore"):
            exif = picture.getexif()
        picture.thumbnail((_SHORT_SIDE_PX * 2, _SHORT_SIDE_PX))
        picture = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return []
    kinds: tuple[tuple[Image.Image, str, dict[str, object]], ...] = (
        (picture, "PNG", {"exif": exif}),
        (picture.quantize(32), "PNG", {}),
        (picture, "JPEG", {"progressive": True, "exif": exif}),
        (picture.convert("L"), "JPEG", {}),
        (picture.convert("CMYK"), "JPEG", {}),
    )
    files = []
    for image, kind, options in kinds:
        out = io.BytesIO()
        try:
            image.save(out, kind, **options)
        except (
            struct.error,
            ValueError,
            TypeError,
            SyntaxError,
            KeyError,
            OSError,
        ):  # EXIF that cannot be written
            out = io.BytesIO()
            image.save(out, kind)
        files.append(out.getvalue())
    return files


@dataclass(frozen=True, slots=True)
class Mutant:
    """One damaged photo; the same seed and number give the same bytes."""

    seed: int
    number: int
    ways: tuple[str, ...]
    content: bytes

    @property
    def name(self) -> str:
        """A name that no other has."""
        ending = "png" if self.content.startswith(_PNG_START) else "jpg"
        return f"mutant-{self.seed}-{self.number:05}.{ending}"

    def keep(self) -> Path:
        """Write it where it can be looked at."""
        KEPT.mkdir(parents=True, exist_ok=True)
        path = KEPT / self.name
        path.write_bytes(self.content)
        return path


def mutant(seed: int, number: int) -> Mutant:
    """Make one."""
    dice = random.Random(f"{seed}/{number}")
    content = dice.choice(photos())
    ways = dice.choices(tuple(WAYS), k=dice.choice((1, 1, 1, 2, 3)))
    for way in ways:
        content = WAYS[way](content, dice)
    # Two mutants may have the same bytes: the number behind the end makes each a file of its own, as a trailer does.
    return Mutant(seed, number, tuple(ways), content + f"\n{seed}/{number}".encode() if content else content)


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) + 1)] if dice.random() < 0.9 else content[:2]


def _flip(content: bytes, dice: random.Random, *, first: int = 0, end: int | None = None) -> bytes:
    file = bytearray(content)
    end = min(end or len(file), len(file))
    if end <= first:
        return content
    for _ in range(dice.choice((1, 1, 2, 8, 64))):
        file[dice.randrange(first, end)] ^= 1 << dice.randrange(8)
    return bytes(file)


def _flip_header(content: bytes, dice: random.Random) -> bytes:
    return _flip(content, dice, first=2, end=1024)


def _fill(content: bytes, dice: random.Random) -> bytes:
    """A block of a card that was never written, or belongs to another file."""
    at = dice.randrange(len(content) + 1) // 512 * 512
    size = dice.choice((512, 4096, 32_768))
    other = dice.choice(photos())
    block = dice.choice((bytes(size), b"\xff" * size, other[len(other) // 2 :][:size]))
    return content[:at] + block[: len(content) - at] + content[at + size :]


def _splice(content: bytes, dice: random.Random) -> bytes:
    other = dice.choice(photos())
    return content[: dice.randrange(len(content) + 1)] + other[dice.randrange(len(other)) :]


def _marks(content: bytes) -> list[int]:
    """Return where something like a marker stands before and in the picture data."""
    places: list[int] = []
    at = content.find(b"\xff")
    while 0 <= at < len(content) - 4 and len(places) < 200:
        if content[at + 1] not in {0, 0xFF}:
            places.append(at)
        at = content.find(b"\xff", at + 1)
    return places


def _swap_marker(content: bytes, dice: random.Random) -> bytes:
    places = _marks(content)
    if not places:
        return content
    file = bytearray(content)
    file[dice.choice(places[:40]) + 1] = dice.choice(_MARKERS)
    return bytes(file)


def _lie_about_length(content: bytes, dice: random.Random) -> bytes:
    places = _marks(content)
    if not places:
        return content
    file = bytearray(content)
    struct.pack_into(">H", file, dice.choice(places[:20]) + 2, dice.choice(_NASTY) & 0xFFFF)
    return bytes(file)


def _repeat_segment(content: bytes, dice: random.Random) -> bytes:
    places = _marks(content)[:20]
    if len(places) < 2:
        return content
    begin, end = sorted(dice.sample(places, 2))
    return content[:begin] + content[begin:end] * dice.choice((2, 3, 100)) + content[end:]


def _claim_size(content: bytes, dice: random.Random) -> bytes:
    """Another width and height: in the frame of a JPEG, in the header of a PNG."""
    file = bytearray(content)
    if content.startswith(_PNG_START) and len(file) > 33:
        struct.pack_into(">II", file, 16, dice.choice(_NASTY), dice.choice((1, 1000, *_NASTY)))
        struct.pack_into(">I", file, 29, zlib.crc32(file[12:29]))
        return bytes(file)
    for at in _marks(content):
        if content[at + 1] in {0xC0, 0xC1, 0xC2} and at + 10 < len(file):
            struct.pack_into(">HH", file, at + 5, *(dice.choice((1, 8000, 65_535, 0, 500)) for _ in range(2)))
            file[at + 9] = dice.choice((file[at + 9], file[at + 9], 1, 2, 4, 255))
            break
    return bytes(file)


def _rewrite_exif(content: bytes, dice: random.Random) -> bytes:
    """Other offsets, counts, types and values in the EXIF block, which stays as long as it is."""
    begin = content.find(_EXIF)
    if begin < 0:
        return _flip_header(content, dice)
    file = bytearray(content)
    end = min(begin + 2 + int.from_bytes(content[begin - 2 : begin], "big"), len(file))
    order = "<" if content[begin + 6 : begin + 8] == b"II" else ">"
    for _ in range(dice.choice((1, 2, 5, 30))):
        kind, size = dice.choice((("H", 2), ("I", 4)))
        reach = min(end, begin + dice.choice((40, 400, 70_000))) - size
        if reach <= begin + 6:
            break
        at = dice.randrange(begin + 6, reach)
        at -= (at - begin) % 2
        value = dice.choice((*_NASTY, dice.randrange(2**16), 8)) & (2 ** (8 * size) - 1)
        struct.pack_into(order + kind, file, at, value)
    return bytes(file)


def _png_chunk(content: bytes, dice: random.Random) -> bytes:
    """A chunk with a right checksum and a strange content; a JPEG gets a strange segment instead."""
    kind = dice.choice(
        (b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"iCCP", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"IDAT", b"IEND")
    )
    body = dice.choice(
        (
            dice.randbytes(dice.randrange(300)),
            b"",
            b"name\0\0" + zlib.compress(bytes(dice.choice((10, 2_000_000)))),
            _EXIF + b"II*\0" + dice.randbytes(100),
        )
    )
    if not content.startswith(_PNG_START):
        segment = (
            b"\xff"
            + bytes([dice.choice(_MARKERS)])
            + struct.pack(">H", len(body[:60_000]) + 2)
            + body[:60_000]
        )
        return content[:2] + segment + content[2:]
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    at = dice.choice((8, 33, len(content) // 2, max(len(content) - 12, 8)))
    return content[:at] + chunk + content[at:]


WAYS: Final[dict[str, Callable[[bytes, random.Random], bytes]]] = {
    "cut off": _cut,
    "bits flipped": _flip,
    "bits of the header flipped": _flip_header,
    "a block overwritten": _fill,
    "spliced with another photo": _splice,
    "marker swapped": _swap_marker,
    "length of a segment wrong": _lie_about_length,
    "segments repeated": _repeat_segment,
    "another size claimed": _claim_size,
    "EXIF rewritten": _rewrite_exif,
    "strange chunk put in": _png_chunk,
}
