"""What the folders that photos arrive in say: which delivery they belong to, and from which place.

The top folder under a source is one camera's card as its owner named it. Folders
that cameras make themselves name no place.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from thumper.domain.path_text import readable

LONGEST_NAME: Final = 200
"""Characters of a location's name."""

_CAMERA_MADE: Final = re.compile(rb"DCIM|\d{3}[0-9A-Z_]{5}", re.IGNORECASE)
"""DCF (JEITA CP-3461): the image root DCIM, and in it folders of three digits and five characters."""


def top_folder(path: bytes) -> bytes:
    """Give the first folder of a path relative to its source; empty for a file directly in the root."""
    folder, slash, _ = path.partition(b"/")
    return folder if slash else b""


def location_name(folder: bytes) -> str | None:
    """Give the name of the location that a top folder stands for, or None when it names no place."""
    if _CAMERA_MADE.fullmatch(folder):
        return None
    name = unicodedata.normalize("NFC", readable(folder)).strip()
    return name[:LONGEST_NAME].rstrip() or None
