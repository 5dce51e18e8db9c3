"""Decodes a photo into an upright RGB picture, as `yolo predict` would see it.

Runs in a decoding child (see `sandbox`), because the libraries below are written
in C and the bytes are hostile. Equal to OpenCV's reader for every kind of JPEG and
PNG, except that a JPEG which breaks off keeps the part that arrived: cameras lose
power, and half a photo still shows a deer.

A JPEG is read by `strict_jpeg`, which tells of damage and is twice as fast; Pillow,
which is silent about it, reads what that one does not, and what is damaged.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from PIL import Image, ImageChops, ImageFile

from thumper.domain.reason import Reason
from thumper.imaging.gaps import Stretch, find_gaps
from thumper.imaging.header import JPEG, JPEG_END, PNG, Probe, inspect_stream, open_header
from thumper.imaging.huffman import zeros_are_plain
from thumper.imaging.limits import Limits
from thumper.imaging.orientation import UPRIGHT, turn_upright
from thumper.imaging.original import check_size
from thumper.imaging.refusal import DecodeRefusal
from thumper.imaging.strict_jpeg import DamageError, Memory, StrictPicture, read_strictly

_LEAST_ARRIVED: Final = 0.1
"""Share of a broken photo's rows below which there is nothing to look at: sky at best."""


@dataclass(frozen=True)
class Picture:
    """A decoded photo: RGB, upright, without any metadata.

    `pixels` are (height, width, 3) bytes. `damaged` is true when a part of it could not be decoded: that is grey,
    shifted or of wrong colours.
    """

    width_px: int
    height_px: int
    pixels: memoryview
    damaged: bool

    @classmethod
    def of(cls, image: Image.Image, *, damaged: bool) -> Picture:
        """Take an upright picture of mode RGB."""
        return cls(image.width, image.height, memoryview(image.tobytes()), damaged)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width_px, self.height_px

    @cached_property
    def image(self) -> Image.Image:
        """The picture for Pillow."""
        return Image.frombuffer("RGB", self.size, self.pixels, "raw", "RGB", 0, 1)  # type: ignore[arg-type]  # any buffer


def decode(data: bytes, limits: Limits, memory: Memory = bytearray) -> Picture:
    """Decode the bytes of one JPEG or PNG; into `memory` where nothing has to be done to the pixels afterwards.

    Raises `DecodeRefusal` with the reasons of `header.inspect`, or TRUNCATED, CORRUPT or DECODE_MEMORY.
    """
    check_size(len(data), limits)
    probe = inspect_stream(io.BytesIO(data), limits)
    try:
        return _read(data, probe, memory)
    except MemoryError as error:
        raise DecodeRefusal(Reason.DECODE_MEMORY) from error
    except DecodeRefusal:
        raise
    except Exception as error:
        raise DecodeRefusal(Reason.CORRUPT) from error


def _read(data: bytes, probe: Probe, memory: Memory) -> Picture:
    if probe.media_type == JPEG:
        return _read_jpeg(data, probe, memory)
    try:
        return Picture.of(_upright_rgb(data, probe), damaged=False)
    except (OSError, SyntaxError, ValueError) as error:
        raise _refusal(probe) from error


def _read_jpeg(data: bytes, probe: Probe, memory: Memory) -> Picture:
    ended = data if probe.ending_complete else data + JPEG_END
    gap = _first_gap(data, probe)
    if gap is None:
        return _read_ended(ended, probe, memory, filled_up=ended is not data)
    if zeros_are_plain(data[: gap[0]], data_at=probe.data_at):
        strict = _read_silently(ended, memory)
        if strict is not None:
            return _upright(strict, probe.orientation)
    picture = _read_front(data, gap[0], probe, memory=memory)
    lost = probe.ending_complete and data[gap[1] : data.find(JPEG_END, gap[1])].strip(b"\xff") != b""
    return replace(picture, damaged=picture.damaged or lost)


def _first_gap(data: bytes, probe: Probe) -> Stretch | None:
    """Return the first gap in the data of the picture; None if there is none."""
    gaps = find_gaps(data, data_at=probe.data_at, ending_complete=probe.ending_complete)
    first = next((gap for gap in gaps if gap[0] >= probe.data_at), None)
    # Behind the end of the first picture there may be others, or what a camera adds.
    return None if first is None or JPEG_END in data[probe.data_at : first[0]] else first


def _read_front(data: bytes, gap_at: int, probe: Probe, *, memory: Memory) -> Picture:
    """Decode what stands in front of a gap; what follows it would lie at wrong places."""
    # A byte FF is written as FF 00: the first zero may be the last of the data.
    strict = _read_silently(data[: gap_at + 1] + JPEG_END, memory)
    if strict is not None:
        return _upright(strict, probe.orientation)
    return _read_ended(data[:gap_at] + JPEG_END, probe, memory, filled_up=True)


def _read_ended(data: bytes, probe: Probe, memory: Memory, *, filled_up: bool) -> Picture:
    """Decode a JPEG that has an end mark; `filled_up` if that was put behind what is there of it."""
    damaged = False
    try:
        strict = read_strictly(data, memory)
        if strict is not None:
            return _upright(strict, probe.orientation)
    except DamageError:
        damaged = True
    if damaged and filled_up:
        return Picture.of(
            _salvage(data, probe), damaged=True
        )  # Pillow fills the rest with grey without a word
    try:
        return Picture.of(_upright_rgb(data, probe), damaged=damaged)
    except (OSError, SyntaxError, ValueError) as error:
        return Picture.of(_salvage(data, probe, cause=error), damaged=True)


def _read_silently(data: bytes, memory: Memory) -> StrictPicture | None:
    """Return the picture if every bit of its data makes sense."""
    try:
        return read_strictly(data, memory)
    except DamageError:
        return None


def _upright(strict: StrictPicture, orientation: int) -> Picture:
    picture = Picture(strict.width_px, strict.height_px, strict.pixels, damaged=False)
    return (
        picture
        if orientation == UPRIGHT
        else Picture.of(turn_upright(picture.image, orientation), damaged=False)
    )


def _upright_rgb(data: bytes, probe: Probe) -> Image.Image:
    if probe.media_type == PNG:
        open_header(io.BytesIO(data), PNG).verify()  # decoding alone does not look at the checksums
    image = open_header(io.BytesIO(data), probe.media_type)
    image.load()
    upright = turn_upright(_rgb(image), probe.orientation)
    upright.info = {}  # a JPEG comment would follow the picture into every thumbnail
    return upright


def _rgb(image: Image.Image) -> Image.Image:
    """Convert any mode: alpha is dropped and 16 bits keep their high byte, as OpenCV does."""
    image.info.pop("transparency", None)
    if image.mode.startswith("I"):  # greyscale of 16 bits
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGB")


def _refusal(probe: Probe) -> DecodeRefusal:
    return DecodeRefusal(Reason.CORRUPT if probe.ending_complete else Reason.TRUNCATED)


def _salvage(data: bytes, probe: Probe, *, cause: Exception | None = None) -> Image.Image:
    """Decode what there is of a broken JPEG: with an end mark appended, libjpeg fills the rest with grey.

    Where it stops in the midst, at bytes that look like a mark and are none, the rest stays black.

    Raises `DecodeRefusal` if that gives nothing: TRUNCATED when the file's ending is missing, else CORRUPT.
    """
    try:
        image = _upright_rgb(data + JPEG_END, probe)
    except (OSError, SyntaxError, ValueError):
        try:
            with _tolerance():
                image = _upright_rgb(data, probe)
        except (OSError, SyntaxError, ValueError) as error:
            raise _refusal(probe) from error
    if _arrived(image) < _LEAST_ARRIVED:
        raise _refusal(probe) from cause
    return image


@contextlib.contextmanager
def _tolerance() -> Iterator[None]:
    """Have Pillow give what it has when a decoder stops; it asks a variable of its module."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _arrived(image: Image.Image) -> float:
    """Return the share of rows above the flat grey or black that fills what is missing."""
    last = image.getpixel((image.width - 1, image.height - 1))
    box = ImageChops.difference(image, Image.new("RGB", image.size, last)).getbbox()
    return box[3] / image.height if box is not None else 0.0
