"""Which codings of JPEG cannot be decoded here: such a photo is whole, and must not be called damaged or lost.

ITU T.81 knows many ways to code a picture, and libjpeg-turbo, which Pillow and simplejpeg stand on, decodes those of
eight bits: sequential, progressive and lossless, the first two also arithmetic.
"""

from __future__ import annotations

import io
from typing import Final

from thumper.imaging.header_parts import segments

_FRAMES: Final = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""Markers of a frame header: SOF0 to SOF15 (T.81, table B.1) but DHT, JPG and DAC, and SOF55 of JPEG-LS (T.87)."""
_BITS: Final = 8
"""What libjpeg-turbo's interface of eight bits and Pillow take."""
_VALID_BITS: Final = {0xC0: {8}, 0xC3: range(2, 17), 0xCB: range(2, 17), 0xF7: range(2, 17)}
"""Bits of a sample that a coding can have (T.81, table B.2); anything else is damage. Of the others: 8 or 12."""
_HIERARCHICAL: Final = frozenset({0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF})
_DEFINE_HIERARCHY: Final = 0xDE
_OTHER: Final = {
    **dict.fromkeys({*_HIERARCHICAL, _DEFINE_HIERARCHY}, "a hierarchical JPEG"),
    0xCB: "a lossless JPEG of arithmetic coding",
    0xF7: "a JPEG-LS picture",
}
_CHANNELS: Final = frozenset({1, 3, 4})
_FRAME_BYTES, _CHANNEL_BYTES = 8, 3
"""Bytes of a frame header without its channels, the two of its length included, and of each channel (T.81, B.2.2)."""


def undecodable(header: bytes) -> str | None:
    """Return what a JPEG is that no decoder here can read, with its article; None when one can, or it is damaged."""
    stream = io.BytesIO(header)
    for marker, at, length in segments(stream):
        if marker in _FRAMES or marker == _DEFINE_HIERARCHY:
            content = header[at + 4 : at + 2 + length]
            return _undecodable(marker, content)
    return None


def _undecodable(marker: int, frame: bytes) -> str | None:
    channels = frame[5] if len(frame) > _FRAME_BYTES - 3 else 0
    bits = frame[0] if frame else 0
    whole = len(frame) == _FRAME_BYTES - 2 + _CHANNEL_BYTES * channels
    if not whole or not channels or bits not in _VALID_BITS.get(marker, {8, 12}):
        return None
    if marker in _OTHER:
        return _OTHER[marker]
    if bits != _BITS:
        return f"a JPEG of {bits} bits per sample"
    return None if channels in _CHANNELS else f"a JPEG of {channels} colour channels"
