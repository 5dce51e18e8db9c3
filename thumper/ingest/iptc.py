"""The date and time that IPTC holds: what news programs, and many photo programs after them, write into a JPEG.

It lies in the image resources of Photoshop. Any byte may be broken or hostile: reading is
bounded by the length, never raises, and ends at what makes no sense.
"""

from __future__ import annotations

import struct
from typing import Final

from thumper.domain.capture_time import ClockReading, IgnoredReading
from thumper.domain.plain_text import LONGEST_WORD, clean
from thumper.domain.written_time import read_iptc_time

_MOST_BYTES: Final = 64 * 1024
"""Resources that are looked at: as much as one segment of a JPEG holds."""
_RESOURCE: Final = b"8BIM"
_IPTC: Final = 0x0404
"""Photoshop File Formats, Image Resource IDs."""
_RESOURCE_HEAD: Final = 7
"""Signature, number and the length of a name."""
_DATASET: Final = 0x1C
_DATASET_HEAD: Final = 5
"""IPTC IIM 4.2, section 1.5: mark, record, dataset, length in two bytes."""
_APPLICATION_RECORD: Final = 2
_DATE_CREATED: Final = 55
_TIME_CREATED: Final = 60


def read_iptc(resources: bytes) -> ClockReading | IgnoredReading | None:
    """Return the date and time at which the picture was taken; None when they say nothing. Never raises."""
    datasets = _datasets(_iptc(resources[:_MOST_BYTES]))
    date, time = (datasets.get(number, "") for number in (_DATE_CREATED, _TIME_CREATED))
    return read_iptc_time(date, time, origin="2:55, 2:60")


def _iptc(resources: bytes) -> bytes:
    """Return the resource that holds IPTC; some programs write it without the others around it."""
    if resources[:1] == bytes([_DATASET]):
        return resources
    at = 0
    while resources.startswith(_RESOURCE, at) and at + _RESOURCE_HEAD <= len(resources):
        number, name_length = struct.unpack_from(">HB", resources, at + len(_RESOURCE))
        start = at + _RESOURCE_HEAD + name_length + (1 - name_length % 2)
        if start + 4 > len(resources):
            break
        (length,) = struct.unpack_from(">I", resources, start)
        if number == _IPTC:
            return resources[start + 4 : start + 4 + length]
        at = start + 4 + length + length % 2
    return b""


def _datasets(iptc: bytes) -> dict[int, str]:
    """Return the dates among the datasets, by number; the first of equal ones stands."""
    found: dict[int, str] = {}
    at = 0
    while at + _DATASET_HEAD <= len(iptc) and iptc[at] == _DATASET:
        record, number, length = struct.unpack_from(">BBH", iptc, at + 1)
        at += _DATASET_HEAD
        if at + length > len(iptc):
            break
        if record == _APPLICATION_RECORD and number in {_DATE_CREATED, _TIME_CREATED}:
            found.setdefault(number, clean(iptc[at : at + length].decode("latin-1"), LONGEST_WORD))
        at += length
    return found
