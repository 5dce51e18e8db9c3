"""Addresses of pictures that show one picture until a time, without signing in, to all who have them.

Each names the session or token with which it was asked for, and is good for as long as that is.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

SIGNATURE: Final = "signature"
"""The parameter by which such an address is known."""
LEAST: Final = dt.timedelta(minutes=1)
USUAL: Final = dt.timedelta(hours=1)
MOST: Final = dt.timedelta(days=30)
"""How long an address lasts. By itself it cannot be taken back, so a month is enough."""

_EXPIRES: Final = "expires"
_VIEW: Final = "as"
_SIGNER: Final = "by"
_HEX_OF_ID: Final = 32
_VIEWS: Final = {"guest": True, "member": False}
_LONGEST_NUMBER: Final = 12


class BadSignatureError(ValueError):
    """Raised if an address was not signed as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPicture:
    """What an address allows: this picture in this size, and whether as a guest sees it, until that second of 1970.

    `signer` is the id of the session or token with which it was asked for.
    """

    image: str
    """Global id of the image."""
    size: str
    as_guest: bool
    expires: int
    signer: UUID

    def query(self, key: bytes) -> str:
        """Return what follows the question mark of the address."""
        view = "guest" if self.as_guest else "member"
        return urlencode(
            {
                _EXPIRES: self.expires,
                _VIEW: view,
                _SIGNER: self.signer.hex,
                SIGNATURE: self._signature(key),
            }
        )

    @classmethod
    def read(cls, image: str, size: str, query: Mapping[str, str], *, key: bytes) -> Self:
        """Read an address, whether or not it has expired. Raises `BadSignatureError`."""
        expires, view = query.get(_EXPIRES, ""), query.get(_VIEW, "")
        digits = expires.isascii() and expires.isdecimal() and len(expires) <= _LONGEST_NUMBER
        signer = query.get(_SIGNER, "")
        is_id = len(signer) == _HEX_OF_ID and set(signer) <= set("0123456789abcdef")
        if not digits or not is_id or view not in _VIEWS:
            raise BadSignatureError
        signed = cls(
            image=image, size=size, as_guest=_VIEWS[view], expires=int(expires), signer=UUID(hex=signer)
        )
        given = query.get(SIGNATURE, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, signed._signature(key).encode("ascii")):  # its own
            raise BadSignatureError
        return signed

    def has_expired(self, now: dt.datetime) -> bool:
        """Return whether its time is over."""
        return now.timestamp() >= self.expires

    def _signature(self, key: bytes) -> str:
        # No part can hold a line end: the id and the size are words of an address that was routed.
        parts = (self.image, self.size, str(self.as_guest), str(self.expires), self.signer.hex)
        said = "\n".join(("picture", *parts))
        digest = hmac.digest(key, said.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
