"""Tokens, sessions and links that are not valid: counted by the address that shows them, and written to the audit.

Too many of an address are refused for some seconds, and a valid one from there is answered as ever: a program with a
token of yesterday must not lock out its house. 256 bits are guessed at no speed, so this is for the sake of the server.
The audit holds the first of them only: a stranger must not be able to fill the disk.
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

import structlog
from limits import RateLimitItemPerHour, RateLimitItemPerSecond

from thumper.store.postgres.connect import OUTAGES
from thumper.store.requests import audit
from thumper.store.requests.audit import Deed
from thumper.web.rate_limits import WINDOW_S, too_many
from thumper.web.request_windows import Windows

ACTION: Final = "signIn"
"""What the audit calls it."""
OUTCOME: Final = "UNAUTHENTICATED"
MOST: Final = RateLimitItemPerSecond(20, WINDOW_S, "wrong")
"""Of one address: no person mistypes that fast."""
WRITTEN_OF_ONE: Final = RateLimitItemPerHour(5, 1, "written-of-one")
WRITTEN_OF_ALL: Final = RateLimitItemPerHour(60, 1, "written-of-all")
"""Entries of the audit: half a million a year at most, which take some 100 MB."""
_NETWORK_BITS: Final = 64
"""What a household has of IPv6 (RFC 6177): within it anybody can take any address."""

log = structlog.get_logger(__name__)


class WrongCredentials:
    """The counts of one process."""

    def __init__(self) -> None:
        self._windows = Windows()

    async def noted(self, address: str, action: str = ACTION) -> None:
        """Count what was shown and is not valid. Raises `Refusal` for one too many of an address."""
        key = origin(address)
        wait_s = await self._windows.wait_s(MOST, key)
        if wait_s is not None:
            raise too_many("Too many tokens or links that are not valid came from your address", wait_s)
        if (
            await self._windows.wait_s(WRITTEN_OF_ONE, key) is None
            and await self._windows.wait_s(WRITTEN_OF_ALL, "") is None
        ):
            try:
                await audit.append(Deed(action=action, actor=None, address=address, outcome=OUTCOME))
            except OUTAGES as error:
                log.info("a refused sign-in is not in the audit", error=str(error) or type(error).__name__)


def origin(address: str) -> str:
    """Return what stands for all addresses that one client can take by itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((parsed, _NETWORK_BITS), strict=False))
    return str(parsed)
