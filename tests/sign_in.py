"""How tests ask for the owner of a home: with the token that its API writes there when it starts.

A client of whatever kind finds it by the address that it asks. One that shall be unknown does not look.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from thumper.owner_token import kept_owner_token
from thumper.settings import Settings

_HOMES: Final[dict[str, Settings]] = {}
"""By host and port."""


@contextlib.contextmanager
def served_at(url: str, settings: Settings) -> Iterator[None]:
    """Let clients of that server find the home, as long as the context lasts."""
    server = urlsplit(url).netloc
    _HOMES[server] = settings
    try:
        yield
    finally:
        _HOMES.pop(server, None)


def owner_headers(settings: Settings) -> dict[str, str]:
    """Return the header with which the owner of a home asks; none before its API has started for the first time."""
    token = kept_owner_token(settings.home)
    return {} if token is None else {"authorization": f"Bearer {token}"}


def headers_at(url: str) -> dict[str, str]:
    """Return the header with which the owner asks at an address."""
    return owner_headers(_HOMES[urlsplit(url).netloc])


def signed(url: str, head: bytes) -> bytes:
    """Return the head of a request, written by hand, as the owner would send it."""
    first, end, rest = head.partition(b"\r\n")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers_at(url).items())
    return first + end + lines.encode() + rest
