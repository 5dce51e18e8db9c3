"""Addresses of pictures that show one picture until a time, without signing in, to all who have them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode

SIGNATURE: Final = "signature"
"""The parameter by which such an address is known."""
LEAST: Final = dt.timedelta(minutes=1)
USUAL: Final = dt.timedelta(hours=1)
MOST: Final = dt.timedelta(days=30)
"""How long an address lasts. It cannot be taken back, so a month is enough."""

_EXPIRES: Final = "expires"
_VIEW: Final = "as"
_VIEWS: Final = {"guest": True, "member": False}
_LONGEST_NUMBER: Final = 12


class BadSignatureError(ValueError):
    """Raised if an address was not signed as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPicture:
    """What an address allows: this picture in this size, and whether as a guest sees it, until that second of 1970."""

    image: str
    """Global id of the image."""
    size: str
    as_guest: bool
    expires: int

    def query(self, key: bytes) -> str:
        """Return what follows the question mark of the address."""
        view = "guest" if self.as_guest else "member"
        return urlencode({_EXPIRES: self.expires, _VIEW: view, SIGNATURE: self._signature(key)})

    @classmethod
    def read(cls, image: str, size: str, query: Mapping[str, str], *, key: bytes) -> Self:
        """Read an address, whether or not it has expired. Raises `BadSignatureError`."""
        expires, view = query.get(_EXPIRES, ""), query.get(_VIEW, "")
        digits = expires.isascii() and expires.isdecimal() and len(expires) <= _LONGEST_NUMBER
        if not digits or view not in _VIEWS:
            raise BadSignatureError
        signed = cls(image=image, size=size, as_guest=_VIEWS[view], expires=int(expires))
        given = query.get(SIGNATURE, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, signed._signature(key).encode("ascii")):  # its own
            raise BadSignatureError
        return signed

    def has_expired(self, now: dt.datetime) -> bool:
        """Return whether its time is over."""
        return now.timestamp() >= self.expires

    def _signature(self, key: bytes) -> str:
        # No part can hold a line end: the id and the size are words of an address that was routed.
        said = "\n".join(("picture", self.image, self.size, str(self.as_guest), str(self.expires)))
        digest = hmac.digest(key, said.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
