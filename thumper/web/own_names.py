"""Under which names this server may be called: those of this machine, and those that its owner lists.

A foreign name is refused even where it leads here: a page of evil.example can have its own name point to this machine,
and would then be of one origin with Thumper ("DNS rebinding"). An address cannot be made to point elsewhere; one that
is not this machine's is refused as well, as a request that was meant for somebody else.
"""

from __future__ import annotations

import socket
import time
from typing import Final

from thumper.domain.host_name import Address, Authority, authority_of, is_among, read_address, read_hosts
from thumper.settings import Settings
from thumper.web.own_addresses import own_addresses

LOOK_EVERY_S: Final = 1.0
"""How often the interfaces are looked at again for an address that is not known: many questions cost little."""


class OwnNames:
    """The names of this machine, of THUMPER_ALLOWED_HOSTS, and of THUMPER_PUBLIC_URL."""

    def __init__(self, settings: Settings) -> None:
        self._listed = read_hosts(settings.allowed_hosts)
        if (public := authority_of(settings.public_url or "")) is not None:
            self._listed += (public.name,)
        self._names = names_of(socket.gethostname())
        if read_address(settings.host) is None:
            self._names |= {settings.host.lower()}
        self._addresses = own_addresses()
        self._looked_s = time.monotonic()

    def has(self, authority: Authority) -> bool:
        """Return whether a request for this is one for us."""
        name = authority.name
        if authority.is_loopback or is_among(name, self._listed):
            return True
        return name in self._names if isinstance(name, str) else self._has_address(name)

    def _has_address(self, address: Address) -> bool:
        now_s = time.monotonic()
        if address not in self._addresses and now_s - self._looked_s >= LOOK_EVERY_S:
            self._addresses, self._looked_s = own_addresses(), now_s
        return address in self._addresses


def names_of(host_name: str) -> frozenset[str]:
    """Return the names of a machine with this host name: as it is, its first part, and that with `.local` (mDNS)."""
    whole = host_name.lower().removesuffix(".")
    first = whole.partition(".")[0]
    return frozenset({whole, first, f"{first}.local"} if first else ())
