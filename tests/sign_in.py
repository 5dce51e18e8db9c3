"""How tests ask for the owner of a home: with the token that its API writes there when it starts.

A client of whatever kind finds it by the address that it asks. One that shall be nobody does not look.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from thumper.owner_token import read_owner_token
from thumper.settings import Settings

_HOMES: Final[dict[str, Settings]] = {}


@contextlib.contextmanager
def served_at(url: str, settings: Settings) -> Iterator[None]:
    """Let clients of that address find the home, as long as the context lasts."""
    _HOMES[url] = settings
    try:
        yield
    finally:
        del _HOMES[url]


def owner_headers(settings: Settings) -> dict[str, str]:
    """Return the header with which the owner of a home asks; its API has started."""
    return {"authorization": f"Bearer {read_owner_token(settings.home)}"}


def headers_at(url: str) -> dict[str, str]:
    """Return the header with which the owner asks at an address; none if nobody told whose it is."""
    settings = _HOMES.get(url)
    return {} if settings is None else owner_headers(settings)


def header_line(url: str) -> str:
    """Return the same as a line of a request that is written by hand."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers_at(url).items())
