"""Reads what a JPEG's Huffman tables call by a code of nothing but zeros (ITU T.81, annex B.2.4.2 and C).

The first value of a table has the shortest code, and that is all zeros.
"""

from __future__ import annotations

import io
import re
from typing import Final

from thumper.imaging.header_parts import read_jpeg_parts

_TABLES: Final = re.compile(rb"\xff\xc4(..)", re.DOTALL)
"""A segment of tables, and its length. Within coded data these two bytes do not stand side by side."""
_COUNTS: Final = 16
"""Bytes behind the name of a table that count its codes by length; the values follow."""
_CLASS_AC: Final = 0x10
"""Names from here on are those of tables for all but the average of a block."""
_SIXTEEN_ZEROS: Final = 0xF0


def zeros_are_plain(front: bytes, *, data_at: int) -> bool:
    """Return whether zeros that follow the `front` of a JPEG may be a plain area: all tables so far say "no change".

    With the tables that the standard proposes (annex K.3), as most cameras use them, zeros are a pattern that no lens
    has seen. Where tables are made for each picture, half a megabyte of zeros can be a lens cap.
    """
    tables = read_jpeg_parts(io.BytesIO(front[:data_at])).lean + front[data_at:]
    first: dict[int, int] = {}
    for segment in _TABLES.finditer(tables):
        at, end = segment.end(), segment.start(1) + int.from_bytes(segment[1])
        while at + _COUNTS < min(end, len(tables) - 1):
            values_at = at + 1 + _COUNTS
            first[tables[at]] = tables[values_at]
            at = values_at + sum(tables[at + 1 : values_at])
    return bool(first) and all(_is_no_change(table, value) for table, value in first.items())


def _is_no_change(table: int, value: int) -> bool:
    """Return whether a value is a difference of 0, or the end of one or more blocks."""
    return value == 0 if table < _CLASS_AC else value & 0x0F == 0 and value != _SIXTEEN_ZEROS
