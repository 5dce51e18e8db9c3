"""Which addresses this machine has now: cables are pulled, and routers give others.

Asks the system each time and keeps nothing. Sends nothing into any network.
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from typing import Final

import psutil

from thumper.domain.host_name import Address, read_address
from thumper.settings import Settings

CONTAINER_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files by which programs know that they are in a container of Docker or podman."""
_NOWHERE: Final = ("192.0.2.1", 9)
"""An address of no machine (RFC 5737); a datagram socket that is connected to it has sent nothing."""


def own_addresses() -> frozenset[Address]:
    """Return the addresses of all interfaces."""
    return frozenset(
        address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family in {socket.AF_INET, socket.AF_INET6}
        and (address := read_address(entry.address)) is not None
    )


def address_for_others(settings: Settings) -> Address | None:
    """Return the address under which others in the network reach the API; None where only this machine does.

    What a name stands for is not asked, and what a container's address is published as is not seen: None as well.
    """
    bound = read_address(settings.host)
    if bound is None or bound.is_loopback or any(mark.exists() for mark in CONTAINER_MARKS):
        return None
    if not bound.is_unspecified:
        return bound
    usual = _usual_address()
    if usual is not None and not usual.is_loopback:
        return usual
    others = sorted(
        (own for own in own_addresses() if not (own.is_loopback or own.is_link_local)),
        key=lambda own: (own.version, not own.is_private, int(own)),
    )
    return next((own for own in others if own.version <= bound.version), None)  # :: is for both


def listens_on_one_of_network(settings: Settings) -> bool:
    """Return whether the API binds an address that is there only once the network is up."""
    bound = read_address(settings.host)
    if bound is None:
        return settings.host != "localhost"
    return not (bound.is_loopback or bound.is_unspecified)


def _usual_address() -> Address | None:
    """Return the address from which this machine would speak to others; None without a way to them."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_NOWHERE)
        return read_address(probe.getsockname()[0])
    return None
