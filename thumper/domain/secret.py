"""Secrets by which people and programs say who they are, and what of them is kept.

Each is 256 random bits, so that its SHA-256 can be kept in place of it. None is
ever kept as it is, but the command line's own, in a file of the home.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

_BYTES: Final = 32
TOKEN_PREFIX: Final = "thm_"  # noqa: S105  # tells people and scanners for secrets what it is
_TOKEN: Final = re.compile(rf"{TOKEN_PREFIX}[0-9a-f]{{64}}")


def new_token() -> str:
    """Return a new token of a program."""
    return TOKEN_PREFIX + secrets.token_hex(_BYTES)


def new_secret() -> str:
    """Return a new secret of a link or of a session; short, since a link is also a QR code."""
    return secrets.token_urlsafe(_BYTES)


def derived_secret(key: bytes, about: str) -> str:
    """Return the secret of what has that name, which the holder of the key can make again at any time."""
    digest = hmac.digest(key, about.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def is_token(text: str) -> bool:
    """Return whether a text could be a token."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(secret: str) -> bytes:
    """Return what is kept of a secret. Characters that it cannot hold do no harm."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
