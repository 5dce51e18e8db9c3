"""What the folders that photos arrive in say: which delivery they belong to, and from which place.

The top folder under a source is one camera's card as its owner named it. Folders
that cameras make themselves name no place, and one that is named after a date is asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from thumper.domain.dated_name import without_date
from thumper.domain.entered_text import LONGEST_NAME, one_name
from thumper.domain.path_text import readable

_COUNTED: Final = rb"\d{3}[0-9A-Z_]{5}"
"""DCF (JEITA CP-3461): folders in the image root DCIM have three digits and five characters."""
_MAKERS: Final = (
    # Trail cameras.
    *(b"MEDIA", b"MFCAM"),  # Moultrie, Primos, ScoutGuard, Browning, Tactacam; what most firmware begins with
    b"RECNX",  # Reconyx
    rb"_BTC[A-Z]",  # Browning
    rb"EK\d{3}",  # Bushnell, by the firmware's own number (100EK113)
    b"STLTH",  # Stealth Cam
    b"DSCIM",  # Wildgame and cameras alike
    # The cameras that hunters and biologists carry besides.
    *(b"CANON", rb"EOS[0-9A-Z_]{2}"),  # manual of the PowerShot SD1200 IS, p. 57; EOS R5
    *(b"_PANA", b"MSDCF", b"OLYMP", b"PENTX", b"_FUJI", b"GOPRO", b"APPLE", b"CASIO", b"RICOH", b"LEICA"),
    *(b"NIKON", rb"NCD[0-9A-Z]{2}", rb"ND[0-9A-Z]{3}", rb"D\d{4}"),  # Nikon, by the model: D40, D90, D5500
    *(b"PHOTO", b"DICAM", b"SSCAM", b"SIGMA"),  # Samsung, cameras by Polaroid and Kodak, Sigma
    # Month and day, with the last digit of the year or a line before them: Canon, Sony and Panasonic on request.
    rb"[0-9_](?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    b"DRAWN",  # `thumper demo`
)
"""The five characters that known makers write behind the number of a folder."""
_BESIDE_DCF: Final = rb"AVCHD|AVF_INFO|CANONMSC|SD_VIDEO|MGR_INFO|MP_ROOT"
"""What cameras of Canon, JVC, Panasonic and Sony make beside DCIM for videos and catalogues."""
_WORDS: Final = rb"PRIVATE|MISC"
"""What they make there as well, for videos and print orders (Sony; DPOF), and people write too."""
_NAMELESS: Final = rb"NO NAME|UNTITLED|NEW FOLDER"
"""What Windows and macOS call a card or a folder that has no name of its own."""
_COPIED: Final = rb"(?: \d+| ?\(\d+\)|(?: -)? COPY(?: \d+| \(\d+\))?)?"
"""What Explorer and Finder append to the name when there is such a folder already."""
_NO_PLACE: Final = re.compile(
    rb"(?:DCIM|\d{3}(?:%b)|%b|%b)%b" % (b"|".join(_MAKERS), _BESIDE_DCF, _NAMELESS, _COPIED), re.IGNORECASE
)
_NO_PLACE_BESIDE_DCIM: Final = re.compile(rb"(?:%b|%b)%b" % (_COUNTED, _WORDS, _COPIED), re.IGNORECASE)
_CAMERA_MADE: Final = re.compile(_COUNTED, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """The location that a top folder is named after.

    `certain` is false where the name may be none of a place, as that of a date: a location that exists is taken,
    and none is made. `undated` is then the name without its date, empty when nothing is left of it.
    """

    name: str
    certain: bool = True
    undated: str | None = None


def top_folder(path: bytes) -> bytes:
    """Return the first folder of a path relative to its source; empty for a file directly in the root."""
    folder, slash, _ = path.partition(b"/")
    return folder if slash else b""


def counted_folder(folder: bytes) -> tuple[int, bytes] | None:
    """Return number and name of a folder that a camera made, such as 100 and `MEDIA` of `100MEDIA`.

    None for any other. Eight digits are taken for a date that a person wrote.
    """
    if not _CAMERA_MADE.fullmatch(folder) or folder.isdigit():
        return None
    return int(folder[:3]), folder[3:]


def folder_place(folder: bytes, *, beside_dcim: bool = False) -> FolderPlace | None:
    """Return the location that a top folder stands for, or None when it names no place.

    A name that a camera may have made is a person's, unless it has the ending of a known maker or lies
    in or beside DCIM, as where a whole card was copied.
    """
    # Blanks first: a tab would be shown escaped.
    name = one_name(readable(b" ".join(folder.split())))[:LONGEST_NAME].rstrip()
    undated = without_date(name)
    of_camera = _NO_PLACE.fullmatch(folder) and not (folder.isdigit() and undated is not None)
    if not name or of_camera:
        return None
    camera_made = beside_dcim and _NO_PLACE_BESIDE_DCIM.fullmatch(folder) is not None
    return FolderPlace(name, certain=undated is None and not camera_made, undated=undated)
