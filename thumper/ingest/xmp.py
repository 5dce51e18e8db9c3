"""The times and the position in an XMP packet, inside a photo or in a file beside it.

The XML is anybody's. It is read by expat without a tree; a document type, which is what entities and
references to other files need, ends the reading, and so does what is no XML. Nothing here raises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.plain_text import LONGEST_WORD, clean
from thumper.domain.written_time import read_written_time

MOST_BYTES: Final = 1024 * 1024
"""Largest packet that is read; a sidecar with painted masks has some 100 KB."""

_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
_BASIC: Final = "http://ns.adobe.com/xap/1.0/"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TIMES: Final = {
    f"{_EXIF} DateTimeOriginal": "exif:DateTimeOriginal",
    f"{_PHOTOSHOP} DateCreated": "photoshop:DateCreated",
    f"{_EXIF} DateTimeDigitized": "exif:DateTimeDigitized",
    f"{_BASIC} CreateDate": "xmp:CreateDate",
}
"""Properties that say when a photo was taken, the most trusted first (Metadata Working Group, guidelines 2.0)."""
_CHANGES: Final = {
    f"{_BASIC} ModifyDate": "xmp:ModifyDate",
    f"{_BASIC} MetadataDate": "xmp:MetadataDate",
}
_POSITION: Final = {
    f"{_EXIF} GPSLatitude": "exif:GPSLatitude",
    f"{_EXIF} GPSLongitude": "exif:GPSLongitude",
}
_WANTED: Final = _TIMES | _CHANGES | _POSITION

_WHY_CHANGE: Final = "says when a program changed the file, not when the photo was taken"


@dataclass(frozen=True, slots=True)
class Xmp:
    """What one packet says: its times, the best first; its position as written; what in it could not be read."""

    clocks: tuple[ClockReading | IgnoredReading, ...] = ()
    position: str = ""
    unreadable: tuple[str, ...] = ()


NO_XMP: Final = Xmp()


def read_xmp(packet: bytes, *, source: TimeSource = TimeSource.XMP, origin: str = "") -> Xmp:
    """Read a packet. Never raises: what is broken is named. `origin` is said before the name of each property."""
    if not packet:
        return NO_XMP
    if len(packet) > MOST_BYTES:
        return Xmp(unreadable=(f"{origin}the XMP has {len(packet):,} bytes, more than {MOST_BYTES:,}",))
    properties = _Properties()
    why = properties.read(packet)
    texts = properties.found
    clocks = [
        clock
        for name, title in _TIMES.items()
        if (clock := read_written_time(source, texts.get(name, ""), origin=origin + title)) is not None
    ]
    changes = [
        IgnoredReading(source=source, text=texts[name], why=_WHY_CHANGE, origin=origin + title)
        for name, title in _CHANGES.items()
        if texts.get(name)
    ]
    position = " ".join(filter(None, (texts.get(name, "") for name in _POSITION)))
    return Xmp((*clocks, *changes), position, () if why is None else (f"{origin}{why}",))


class _RefusedError(Exception):
    """Raised to end the reading of a document that declares a type."""


@dataclass(slots=True)
class _Properties:
    """Reader of the properties of a packet: attributes and child elements of the descriptions, nothing deeper."""

    found: dict[str, str] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)

    def read(self, packet: bytes) -> str | None:
        """Read a packet; return what is wrong with it, if anything."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text.append
        parser.EndElementHandler = self._end
        try:
            parser.Parse(packet if b"\0" in packet[:8] else packet.strip(b"\0"), True)  # UTF-16 ends with one
        except _RefusedError:
            return "the XMP declares a document type, so it is not read"
        except (expat.ExpatError, ValueError, LookupError):  # also an encoding that does not exist
            return "the XMP is no XML that can be read to its end"
        return None

    def _refuse(self, *_: object) -> None:
        self.found.clear()
        raise _RefusedError

    def _is_description(self) -> bool:
        return self._path[-2:] == [f"{_RDF} RDF", f"{_RDF} Description"]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text.clear()
        if self._is_description():
            for property_name in attributes.keys() & _WANTED.keys():
                self._keep(property_name, attributes[property_name])

    def _end(self, name: str) -> None:
        self._path.pop()
        if name in _WANTED and self._is_description():
            self._keep(name, "".join(self._text))
        self._text.clear()

    def _keep(self, name: str, text: str) -> None:
        """Keep the first value of a property, if there is anything in it."""
        cleaned = clean(text, LONGEST_WORD)
        if cleaned:
            self.found.setdefault(name, cleaned)
