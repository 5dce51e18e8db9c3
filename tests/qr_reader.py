"""Reads a QR code off the text of a terminal, as the camera of a phone would."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np

_HALVES: Final = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
"""Upper and lower half of a character: whether it is bright on a dark terminal."""
_MODULE_PX: Final = 8


def read_qr_code(text: str) -> str:
    """Return what the code says; empty if it cannot be read."""
    lines = [line for line in text.splitlines() if line]
    width = max(map(len, lines))
    halves = [[_HALVES[sign] for sign in line.ljust(width)] for line in lines]
    rows = [row for line in halves for row in ([top for top, _ in line], [bottom for _, bottom in line])]
    pixels = np.array(rows, dtype=np.uint8) * 255
    picture = np.kron(pixels, np.ones((_MODULE_PX, _MODULE_PX), dtype=np.uint8))
    reader: Any = cv2.QRCodeDetectorAruco()  # the other one misreads one drawing of a hundred
    said, _, _ = reader.detectAndDecode(picture)
    return str(said)
