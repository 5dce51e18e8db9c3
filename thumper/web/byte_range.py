"""Which bytes of a file a client asks for, as when a download is taken up again (RFC 9110, 14).

Starlette's own answers read the file by its path, which may hold other bytes by then; ours are made of bytes whose hash
was just compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from secrets import token_hex
from typing import Final

_MOST_RANGES: Final = 10
"""Ranges that one request may ask for; who asks for more gets the whole, as RFC 9110, 14.2 proposes."""
_SPEC: Final = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")


def asked_ranges(header: str, size_bytes: int) -> list[range] | None:
    """Return what a Range header asks of a file, in order and without overlaps: empty if all lies beyond its end.

    None if the header is to be ignored: another unit, too many ranges, or one that cannot be read.
    """
    unit, _, words = header.partition("=")
    specs = [word.strip() for word in words.split(",") if word.strip()]
    if unit.strip().lower() != "bytes" or not 1 <= len(specs) <= _MOST_RANGES:
        return None
    ranges = [_one(spec, size_bytes) for spec in specs]
    known = [each for each in ranges if each is not None]
    return _merged([each for each in known if each]) if len(known) == len(ranges) else None


def _one(spec: str, size_bytes: int) -> range | None:
    """Return one range within the file, empty if it lies beyond; None if it is none."""
    match = _SPEC.fullmatch(spec)
    if match is None or spec == "-":
        return None
    first, last = match.groups()
    if not first:
        return range(max(size_bytes - int(last), 0), size_bytes)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size_bytes) if last else size_bytes)


def _merged(ranges: Sequence[range]) -> list[range]:
    merged: list[range] = []
    for each in sorted(ranges, key=lambda each: each.start):
        if merged and each.start <= merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(merged[-1].stop, each.stop))
        else:
            merged.append(each)
    return merged


def take(content: bytes, ranges: Sequence[range], media_type: str) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers of an answer with these ranges: as they are, or as parts of a multipart body."""
    if len(ranges) == 1:
        headers = {"content-type": media_type, "content-range": _place(ranges[0], content)}
        return content[ranges[0].start : ranges[0].stop], headers
    boundary = token_hex(16)
    parts = [
        f"--{boundary}\r\nContent-Type: {media_type}\r\nContent-Range: {_place(each, content)}\r\n\r\n".encode()
        + content[each.start : each.stop]
        for each in ranges
    ]
    body = b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()])
    return body, {"content-type": f"multipart/byteranges; boundary={boundary}"}


def _place(each: range, content: bytes) -> str:
    return f"bytes {each.start}-{each.stop - 1}/{len(content)}"
