"""Which clock to believe for the moment a photo was taken."""

from __future__ import annotations

from enum import StrEnum


class TimeSource(StrEnum):
    """Where a capture time was read; the order is the order of trust."""

    EXIF_ORIGINAL = "exif_original"
    EXIF_DIGITIZED = "exif_digitized"
    MAKER_NOTE = "maker_note"
    EXIF_MODIFIED = "exif_modified"
    FILE_NAME = "file_name"
    SIDECAR = "sidecar"
    NONE = "none"
