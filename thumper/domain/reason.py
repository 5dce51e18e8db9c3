"""Why a file was rejected or an image failed: a closed list of words that never change.

Rows, receipts, the API and the documentation all use these. A reason that is not
here cannot be given, so a user never meets a bare exception text. At most 24: a new one is added only where what
the user has to do is none of those that are here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """One reason; its value is the stable code."""

    # What is found when a file arrives.
    ZERO_BYTES = "ZERO_BYTES"
    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    VIDEO = "VIDEO"
    ARCHIVE = "ARCHIVE"
    TOO_LARGE_BYTES = "TOO_LARGE_BYTES"
    TOO_LARGE_PIXELS = "TOO_LARGE_PIXELS"
    DAMAGED_HEADER = "DAMAGED_HEADER"
    TRUNCATED = "TRUNCATED"
    CORRUPT = "CORRUPT"
    UNREADABLE = "UNREADABLE"
    LINK = "LINK"
    VANISHED = "VANISHED"
    CHANGED_WHILE_READING = "CHANGED_WHILE_READING"
    DELETED = "DELETED"
    SENT_AGAIN = "SENT_AGAIN"
    # What is found when an image is decoded and looked at.
    DECODE_CRASHED = "DECODE_CRASHED"
    DECODE_TIMEOUT = "DECODE_TIMEOUT"
    DECODE_MEMORY = "DECODE_MEMORY"
    ORIGINAL_MISSING = "ORIGINAL_MISSING"
    ORIGINAL_CHANGED = "ORIGINAL_CHANGED"
    GPU_OUT_OF_MEMORY = "GPU_OUT_OF_MEMORY"
    DETECTION_ERROR = "DETECTION_ERROR"
    POISON = "POISON"

    @property
    def sentence(self) -> str:
        """What is wrong, as one sentence about the file or image."""
        return _TEXTS[self][0]

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _TEXTS[self][1]


_TEXTS: Final[dict[Reason, tuple[str, str]]] = {
    Reason.ZERO_BYTES: (
        "The file is empty.",
        "Copy it from the card again; if it is empty there as well, the camera never wrote it.",
    ),
    Reason.NOT_AN_IMAGE: (
        "The file's content is no picture, whatever its name says.",
        "Remove it, or copy it again if it should be a photo.",
    ),
    Reason.UNSUPPORTED_TYPE: (
        "The file is of a type that Thumper does not read.",
        "A picture is read when saved as JPEG (8 bits) or PNG. Thumper keeps no copy: copy it elsewhere to keep it.",
    ),
    Reason.VIDEO: (
        "The file is a video, and Thumper reads photos only.",
        "Thumper keeps no copy of videos. Copy it elsewhere before you wipe the card it is on.",
    ),
    Reason.ARCHIVE: (
        "The file is an archive, in which photos may be packed.",
        "Unpack it first, then drop the folder that comes out. Thumper keeps no copy of the archive.",
    ),
    Reason.TOO_LARGE_BYTES: (
        "The file is larger than a photo may be.",
        "Raise THUMPER_MAX_FILE_BYTES if it is a real photo, restart, then `thumper retry` (retryDump).",
    ),
    Reason.TOO_LARGE_PIXELS: (
        "The picture claims more pixels than a photo may have.",
        "Raise THUMPER_MAX_PIXELS if it is a real photo, restart, then `thumper retry` (retryDump).",
    ),
    Reason.DAMAGED_HEADER: (
        "The file begins like a photo, but its header cannot be read.",
        "Copy it from the card again; if that does not help, the photo is lost.",
    ),
    Reason.TRUNCATED: (
        "The file ends before the picture does.",
        "Copy it from the card again; a card pulled out too early leaves such files.",
    ),
    Reason.CORRUPT: (
        "The picture data is damaged.",
        "Copy it from the card again; if that does not help, the photo is lost.",
    ),
    Reason.UNREADABLE: (
        "The file cannot be opened or read.",
        "Check its permissions and the disk or share that it lies on, then `thumper retry` (retryDump).",
    ),
    Reason.LINK: (
        "It is a link, and what it leads to does not lie in the folder.",
        "Copy what it leads to into the folder if it is yours. Wiping the folder does not reach it.",
    ),
    Reason.VANISHED: (
        "The file was gone when it was to be read.",
        "Drop it again if it was moved away by mistake; if its card or disk is back, `thumper retry` (retryDump).",
    ),
    Reason.CHANGED_WHILE_READING: (
        "The file changed while it was read.",
        "Wait until nothing writes to it any more, then run `thumper ingest` again.",
    ),
    Reason.DELETED: (
        "A person deleted this photo.",
        "It is not taken in again. If that was a mistake: `thumper undelete` (undoDeletions), then `thumper retry`.",
    ),
    Reason.SENT_AGAIN: (
        "The file was rejected, and was sent again under its name.",
        "Nothing: look at the one that was sent after it. Only that one counts when a card is to be wiped.",
    ),
    Reason.DECODE_CRASHED: (
        "Decoding this picture crashed the decoder twice.",
        "The picture is damaged in an unusual way; copy it again, then retryFailed.",
    ),
    Reason.DECODE_TIMEOUT: (
        "Reading or decoding this picture took too long.",
        "Check the disk or share that it lies on, or raise THUMPER_DECODE_TIMEOUT_S, then retryFailed.",
    ),
    Reason.DECODE_MEMORY: (
        "Decoding this picture needs more memory than a photo may take.",
        "The picture is damaged or not a photo; lower THUMPER_MAX_PIXELS if such files are common.",
    ),
    Reason.ORIGINAL_MISSING: (
        "The original is not where it was.",
        "Mount its disk, or drop the photo again, then retryFailed.",
    ),
    Reason.ORIGINAL_CHANGED: (
        "The original's bytes are no longer those that were admitted.",
        "Restore the file, or move it away and drop the photo again, then retryFailed.",
    ),
    Reason.GPU_OUT_OF_MEMORY: (
        "The GPU, or the machine, had too little memory even for this image alone.",
        "Free memory, or set THUMPER_DEVICE=cpu if a GPU was short of it, then retryFailed.",
    ),
    Reason.DETECTION_ERROR: (
        "The model failed on this image.",
        "Use retryFailed; if it fails again, the log of the worker says why.",
    ),
    Reason.POISON: (
        "This image killed the worker three times while it was the only one at work.",
        "It is left alone now. Use retryFailed after an update of Thumper or of the driver.",
    ),
}
