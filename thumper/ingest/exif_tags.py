"""The tags of an EXIF block by their names, as texts that a person may look at: whatever Thumper makes of them.

Where the photo was taken is left out, so that the list may be shown to those who may not know: the directory of GPS
is not read. So is what is no text: the maker's own note, the thumbnail, packets of other formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from PIL import ExifTags

from thumper.domain.plain_text import LONGEST_WORD, clean, up_to_nul
from thumper.imaging.tiff_directory import BrokenDirectoryError, Entry, Kind, Meaning, Tiff, Value

MOST_TAGS: Final = 100
"""Tags of one photo that are listed; real ones have fewer than sixty."""

_DIRECTORY: Final = ExifTags.IFD.Exif
_LEFT_OUT: Final = frozenset(
    {
        *(ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop, ExifTags.IFD.MakerNote),
        ExifTags.Base.UserComment,  # its first bytes name a character code: it is a field of its own
        ExifTags.Base.XMLPacket,
        *(ExifTags.Base.XPTitle, ExifTags.Base.XPComment, ExifTags.Base.XPAuthor),
        *(ExifTags.Base.XPKeywords, ExifTags.Base.XPSubject),
        *(ExifTags.Base.IPTCNAA, ExifTags.Base.ImageResources, ExifTags.Base.InterColorProfile),
        ExifTags.Base.PrintImageMatching,
    }
)
_FIRST_OF_PICTURES: Final = 0x00FE
"""First tag of TIFF; those below are of the directories of GPS and of interoperability, wherever they are written."""
_TEXTS: Final = frozenset({Kind.ASCII, Kind.UTF8})
_OCTETS: Final = frozenset({Kind.BYTE, Kind.SBYTE, Kind.UNDEFINED})


@dataclass(frozen=True, slots=True)
class WrittenTag:
    """One tag: its name by the standard, and its value as one line of at most 200 harmless characters."""

    name: str
    text: str


def written_tags(raw: bytes) -> list[WrittenTag]:
    """Return the tags of an EXIF block, in the order of the file, the first 100; the first of a name counts.

    Never raises: what is broken is left out.
    """
    tiff = Tiff.of(raw)
    if tiff is None:
        return []
    main = list(_entries(tiff, tiff.first))
    inner = (_offset(tiff, entry) for entry in main if entry.tag == _DIRECTORY)
    entries = [*main, *(entry for at in islice(inner, 1) for entry in _entries(tiff, at))]
    found: dict[str, str] = {}
    for entry in entries:
        name = _name(entry.tag)
        text = _text(tiff, entry) if name else ""
        if text:
            found.setdefault(name, text)
    return [WrittenTag(name, text) for name, text in islice(found.items(), MOST_TAGS)]


def _name(tag: int) -> str:
    """Return the name of a tag that is listed; empty for any other."""
    return "" if tag in _LEFT_OUT or tag < _FIRST_OF_PICTURES else ExifTags.TAGS.get(tag, "")


def _entries(tiff: Tiff, at: int) -> Iterator[Entry]:
    """Yield the entries of a directory up to where it is broken."""
    try:
        yield from tiff.entries(at)
    except BrokenDirectoryError:
        return


def _offset(tiff: Tiff, entry: Entry) -> int:
    value = tiff.value(entry, Meaning.NUMBERS)
    return int(value[0]) if isinstance(value, tuple) and value and value[0].is_integer() else -1


def _text(tiff: Tiff, entry: Entry) -> str:
    """Return a value as text; empty when it is none, or is broken."""
    if entry.kind in _TEXTS:
        return _shown(tiff.value(entry, Meaning.TEXT))
    return _shown(tiff.value(entry, Meaning.BYTES if entry.kind in _OCTETS else Meaning.NUMBERS))


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return ""
        case bytes() if len(value) == 1:
            return str(value[0])
        case bytes():
            written = value.rstrip(b"\0")
            return clean(written.decode(), LONGEST_WORD) if written.isascii() and _is_printed(written) else ""
        case str():
            return clean(up_to_nul(_decoded(value)), LONGEST_WORD)
        case _:
            return clean(" ".join(f"{number:g}" for number in value), LONGEST_WORD)


def _is_printed(written: bytes) -> bool:
    return written.decode("ascii").isprintable()


def _decoded(latin: str) -> str:
    """Return a text whose bytes may be UTF-8, though EXIF allows only ASCII."""
    try:
        return latin.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return latin
