"""Names of contents, by which clients ask whether theirs is still the same (RFC 9110, 8.8.3 and 13.1)."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from starlette.datastructures import Headers

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def tag_of(content: bytes, media_type: str) -> str:
    """Return the tag of a content in one of its media types."""
    digest = hashlib.sha256(media_type.encode() + b"\n" + content).hexdigest()
    return f'"{digest[:32]}"'


def has_same(headers: Headers, tag: str) -> bool:
    """Return whether a client has this content already; `*` stands for any."""
    known = headers.get("if-none-match")
    return known is not None and (known.strip() == "*" or tag in _TAG.findall(known))


def has_part_of_same(headers: Headers, tag: str) -> bool:
    """Return whether a range may be joined to what the client has; it has to name the content exactly, if at all."""
    return headers.get("if-range", tag).strip() == tag
