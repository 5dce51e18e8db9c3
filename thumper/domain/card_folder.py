"""What the folders that photos arrive in say: which delivery they belong to, and from which place.

The top folder under a source is one camera's card as its owner named it. Folders
that cameras make themselves name no place.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from thumper.domain.entered_text import LONGEST_NAME
from thumper.domain.path_text import readable

_DCF: Final = rb"DCIM|\d{3}[0-9A-Z_]{5}"
"""DCF (JEITA CP-3461): the image root DCIM, and in it folders of three digits and five characters."""
_BESIDE_DCF: Final = rb"PRIVATE|AVCHD|AVF_INFO|MISC|CANONMSC|SD_VIDEO|MGR_INFO|MP_ROOT"
"""What cameras of Canon, JVC, Panasonic and Sony make beside DCIM for videos, print orders and catalogues."""
_NAMELESS: Final = rb"NO NAME|UNTITLED|NEW FOLDER"
"""What Windows and macOS call a card or a folder that has no name of its own."""
_COPIED: Final = rb"(?: \d+| ?\(\d+\)|(?: -)? COPY(?: \d+| \(\d+\))?)?"
"""What Explorer and Finder append to the name when there is such a folder already."""
_NO_PLACE: Final = re.compile(rb"(?:%b|%b|%b)%b" % (_DCF, _BESIDE_DCF, _NAMELESS, _COPIED), re.IGNORECASE)
_CAMERA_MADE: Final = re.compile(_DCF, re.IGNORECASE)


def top_folder(path: bytes) -> bytes:
    """Return the first folder of a path relative to its source; empty for a file directly in the root."""
    folder, slash, _ = path.partition(b"/")
    return folder if slash else b""


def counted_folder(folder: bytes) -> tuple[int, bytes] | None:
    """Return number and name of a folder that a camera made, such as 100 and `MEDIA` of `100MEDIA`.

    None for any other. Eight digits are taken for a date that a person wrote.
    """
    if not _CAMERA_MADE.fullmatch(folder) or not folder[:3].isdigit() or folder.isdigit():
        return None
    return int(folder[:3]), folder[3:]


def location_name(folder: bytes) -> str | None:
    """Return the name of the location that a top folder stands for, or None when it names no place."""
    if _NO_PLACE.fullmatch(folder):
        return None
    name = unicodedata.normalize("NFC", readable(folder)).strip()
    return name[:LONGEST_NAME].rstrip() or None
