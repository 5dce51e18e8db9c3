"""Addresses of servers as they may be shown: without the password that they may hold."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

_PARAMETER: Final = re.compile(r"(\w*password\w*\s*=)[^&\s]*", re.IGNORECASE)
"""As libpq takes it in the query of a URL, `?password=`, and without a URL, `password=`."""


def holds_password(address: str) -> bool:
    """Return whether the address of a server holds a password, wherever in it."""
    return without_password(address) != address


def without_password(address: str) -> str:
    """Return the address of a server with its password hidden, also where it is no whole URL.

    What stands between the user's name and the last `@` is taken for the password: it may hold any sign.
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        scheme, rest = "", address
    account, at, place = rest.rpartition("@")
    if at:
        user, colon, _ = account.partition(":")
        rest = f"{user}{colon}{HIDDEN if colon else ''}{at}{place}"
    return _PARAMETER.sub(rf"\g<1>{HIDDEN}", f"{scheme}{mark}{rest}")
