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
    return tuple(name + ending for name in (photo, stem_of(photo)) for ending in _ENDINGS)


def photos_between(sidecar: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Return between which paths, the second left out, those of its photos lie: of its own name, and with any ending.

    The case of a name is that of its sidecar, or all of one: cards know no case, and programs change it.
    """
    own = stem_of(sidecar)
    folder, slash, name = own.rpartition(b"/")
    spellings = (folder + slash + spelt for spelt in dict.fromkeys((name, name.upper(), name.lower())))
    return tuple(pair for path in spellings for pair in ((path, path + b"\0"), (path + b".", path + b"/")))


def is_of(sidecar: bytes, photo: bytes) -> bool:
    """Return whether a photo may have a sidecar of that path, case ignored."""
    own = stem_of(sidecar).lower()
    return not is_sidecar(photo) and own in {photo.lower(), stem_of(photo).lower()}


def has_ending(path: bytes) -> bool:
    """Return whether the last part of a path has an ending."""
    return stem_of(path) != path


def stem_of(path: bytes) -> bytes:
    """Return a path without the ending of its last part."""
    stem, dot, ending = path.rpartition(b".")
    return stem if dot and b"/" not in ending and not stem.endswith(b"/") else path
