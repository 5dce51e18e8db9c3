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
_BESIDE_DCF: Final = rb"AVCHD|AVF_INFO|CANONMSC|SD_VIDEO|MGR_INFO|MP_ROOT"
"""What cameras of Canon, JVC, Panasonic and Sony make beside DCIM for videos and catalogues."""
_WORDS: Final = rb"PRIVATE|MISC"
"""What they make there as well, for videos and print orders (Sony; DPOF), and people write too."""
_NAMELESS: Final = rb"NO NAME|UNTITLED|NEW FOLDER"
"""What Windows and macOS call a card or a folder that has no name of its own."""
_COPIED: Final = rb"(?: \d+| ?\(\d+\)|(?: -)? COPY(?: \d+| \(\d+\))?)?"
"""What Explorer and Finder append to the name when there is such a folder already."""
_NO_PLACE: Final = re.compile(
    rb"(?:DCIM|(?P<counted>%b)|%b|%b)%b" % (_COUNTED, _BESIDE_DCF, _NAMELESS, _COPIED), re.IGNORECASE
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


def _is_cameras(folder: bytes, makers: re.Pattern[bytes]) -> bool:
    """Return whether only a camera, or the system of a card without a name, calls a folder so."""
    match = _NO_PLACE.fullmatch(folder)
    if match is None:
        return False
    counted = match["counted"]
    return counted is None or makers.fullmatch(counted[3:]) is not None


def folder_place(
    folder: bytes, *, makers: re.Pattern[bytes], beside_dcim: bool = False
) -> FolderPlace | None:
    """Return the location that a top folder stands for, or None when it names no place.

    A name that a camera may have made is a person's, unless it has the ending of a known maker, which `makers`
    matches, or lies in or beside DCIM, as where a whole card was copied.
    """
    # Blanks first: a tab would be shown escaped.
    name = one_name(readable(b" ".join(folder.split())))[:LONGEST_NAME].rstrip()
    undated = without_date(name)
    dated = folder.isdigit() and undated is not None
    of_camera = _is_cameras(folder, makers) and not dated
    if not name or of_camera:
        return None
    camera_made = beside_dcim and _NO_PLACE_BESIDE_DCIM.fullmatch(folder) is not None
    return FolderPlace(name, certain=undated is None and not camera_made, undated=undated)
