"""Looks at the beginning and the end of a file to say whether it is a whole photo.

Used when a file arrives, in the process that found it: no pixel is decoded here.
What the header claims is checked against the limits before anything believes it.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin

from thumper.domain.file_kind import HEAD_BYTES, JPEG_START, PNG_START, FileKind, kind_of
from thumper.domain.reason import Reason
from thumper.imaging.header_parts import EndlessHeaderError, HeaderParts, read_jpeg_parts, read_png_parts
from thumper.imaging.jpeg_coding import undecodable
from thumper.imaging.limits import Limits
from thumper.imaging.orientation import UPRIGHT, is_sideways, read_orientation
from thumper.imaging.original import AnyPath, check_size, open_original, reader
from thumper.imaging.refusal import DecodeRefusal

# Our own limit, checked before any pixel is decoded, replaces Pillow's, which warns first and refuses later.
Image.MAX_IMAGE_PIXELS = None

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
_PARSERS: Final = {JPEG: JpegImagePlugin.JpegImageFile, PNG: PngImagePlugin.PngImageFile}

JPEG_END: Final = b"\xff\xd9"
_PNG_END: Final = b"IEND\xae\x42\x60\x82"
_CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file says of itself: media type, size of the upright picture, whether its ending is there.

    `orientation` is what EXIF says of how the picture lies in the file, 1 to 8. `data_at` is where the picture's data
    begin, in bytes.
    """

    media_type: str
    width_px: int
    height_px: int
    ending_complete: bool
    orientation: int = UPRIGHT
    data_at: int = field(default=0, compare=False)


def inspect(source: AnyPath | int, limits: Limits) -> Probe:
    """Look at a file, given by path or by open file descriptor (whose position is left alone).

    Raises `DecodeRefusal` if it is no JPEG or PNG that can be decoded, exceeds a limit, or its header cannot be read:
    TRUNCATED when the ending is missing too (the file may still be growing), else DAMAGED_HEADER.
    """
    if not isinstance(source, int):
        with open_original(source) as fd:
            return inspect(fd, limits)
    check_size(os.fstat(source).st_size, limits)
    try:
        return inspect_stream(reader(source), limits)
    except OSError as error:
        raise DecodeRefusal(Reason.UNREADABLE, f"The file cannot be read: {error.strerror}.") from error


def inspect_stream(stream: BinaryIO, limits: Limits) -> Probe:
    """Look at a seekable stream; see `inspect`. Its position afterwards is undefined."""
    stream.seek(0)
    media_type = sniff(stream.read(HEAD_BYTES))
    ending_complete = False
    try:
        parts = read_parts(stream, media_type)
        coding = undecodable(parts.lean) if media_type == JPEG else None
        if coding is not None:
            raise DecodeRefusal(Reason.UNSUPPORTED_TYPE, FileKind(coding).sentence)
        ending_complete = _has_ending(stream, media_type, first=parts.data_at)
        width_px, height_px = open_header(io.BytesIO(parts.lean), media_type).size
    except DecodeRefusal:
        raise
    except EndlessHeaderError:
        raise DecodeRefusal(
            Reason.DAMAGED_HEADER, "The header has more parts than that of any photo."
        ) from None
    except Exception as error:  # Pillow's parsers raise whatever hostile bytes provoke
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's or share's fault, not the file's
        reason = Reason.DAMAGED_HEADER if ending_complete else Reason.TRUNCATED
        raise DecodeRefusal(reason) from error
    orientation = read_orientation(parts.exif)
    if width_px * height_px > limits.max_pixels:
        raise DecodeRefusal(
            Reason.TOO_LARGE_PIXELS,
            f"The picture claims {width_px} x {height_px} pixels; the limit is {limits.max_pixels:,} in all.",
        )
    if is_sideways(orientation):
        width_px, height_px = height_px, width_px
    return Probe(media_type, width_px, height_px, ending_complete, orientation, parts.data_at)


def sniff(head: bytes) -> str:
    """Return which media type a file begins as, whatever its name.

    Raises `DecodeRefusal` naming what it is when that is known (UNSUPPORTED_TYPE, VIDEO, ARCHIVE), else NOT_AN_IMAGE.
    """
    if head.startswith(JPEG_START):
        return JPEG
    if head.startswith(PNG_START):
        return PNG
    kind = kind_of(head)
    raise DecodeRefusal(Reason.NOT_AN_IMAGE) if kind is None else DecodeRefusal(kind.reason, kind.sentence)


def read_parts(stream: BinaryIO, media_type: str) -> HeaderParts:
    """Read the parts of a header that say something about the photo. Raises `EndlessHeaderError`."""
    return read_jpeg_parts(stream) if media_type == JPEG else read_png_parts(stream)


def open_header(stream: BinaryIO, media_type: str) -> ImageFile.ImageFile:
    """Read the header of a stream as one type and no other; nothing is decoded yet.

    Raises whatever hostile bytes provoke in Pillow's parsers.
    """
    # Not `Image.open`: it guesses among many types, and ultralytics replaces it in a worker's process.
    return _PARSERS[media_type](stream)


def _has_ending(stream: BinaryIO, media_type: str, *, first: int) -> bool:
    """Search backwards for the end mark, since cameras pad their files and append data of their own.

    Only behind `first`, where the picture's data begin: a thumbnail before that has an end mark of its own.
    """
    mark = JPEG_END if media_type == JPEG else _PNG_END
    end = stream.seek(0, io.SEEK_END)
    while end > first:
        start = max(end - _CHUNK_BYTES, first)
        stream.seek(start)
        if mark in stream.read(end - start + len(mark) - 1):  # also marks that straddle two chunks
            return True
        end = start
    return False
