"""Sidecars: XMP files that photo programs lay beside a photo, under its name.

`IMG_0001.JPG.xmp` (digiKam, darktable) belongs to that photo alone, `IMG_0001.xmp` (Adobe) to every photo of
that stem. Only names are looked at here.
"""

from __future__ import annotations

from typing import Final

_ENDINGS: Final = (b".xmp", b".XMP")
"""As programs write them; no program writes a name in both cases at once."""

ADVICE: Final = (
    "Thumper keeps no copy of sidecars; of what is in them it reads the date alone. Copy it elsewhere if you want to"
    " keep it."
)


def is_sidecar(name: bytes) -> bool:
    """Return whether a file's name has the ending of a sidecar."""
    stem, dot, ending = name.rpartition(b"/")[2].rpartition(b".")
    return bool(stem and dot) and ending.lower() == b"xmp"


def sidecars_of(photo: bytes) -> tuple[bytes, ...]:
    """Return the paths that a sidecar of a photo may have, the one that counts first."""
    return tuple(name + ending for name in (photo, _stem(photo)) for ending in _ENDINGS)


def photo_names_of(sidecar: bytes, suffixes: frozenset[bytes]) -> tuple[bytes, ...]:
    """Return the paths that a photo of a sidecar may have, its endings being `suffixes` (in lower case)."""
    stem = _stem(sidecar)
    if any(stem.lower().endswith(suffix) for suffix in suffixes):
        return (stem,)
    return tuple(stem + own for suffix in sorted(suffixes) for own in (suffix, suffix.upper()))


def _stem(path: bytes) -> bytes:
    """Return a path without the ending of its last part."""
    stem, dot, ending = path.rpartition(b".")
    return stem if dot and b"/" not in ending and not stem.endswith(b"/") else path
