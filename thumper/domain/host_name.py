"""Names by which clients call a server: how they are written in `Host`, `Origin` and settings, and which match.

Exactly a name and perhaps a port is a Host (RFC 9110, 7.2); whatever else a URL could hold is none. A name is compared
without regard to case, an address by its value. This module knows of no machine and looks up no name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS: Final = {"http": 80, "https": 443}
"""Ports that an address without one means."""
_LAST_PORT: Final = 65_535
_AUTHORITY: Final = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_PATTERN: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


@dataclass(frozen=True, slots=True)
class Authority:
    """A name or an address, and a port."""

    name: str | Address
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether it is the machine of the one who asks."""
        return self.name == "localhost" if isinstance(self.name, str) else self.name.is_loopback


def read_authority(text: str, scheme: str) -> Authority | None:
    """Return what is exactly `name[:port]`; None of all else."""
    match = _AUTHORITY.fullmatch(text)
    if match is None or scheme not in PORTS:
        return None
    name, port = _read_name(match["name"].lower()), int(match["port"] or PORTS[scheme])
    return Authority(name, port) if name is not None and 0 < port <= _LAST_PORT else None


def read_origin(text: str) -> tuple[str, Authority] | None:
    """Return scheme and authority of an Origin; None of what is not one of HTTP."""
    scheme, _, rest = text.partition("://")
    authority = read_authority(rest, scheme)
    return None if authority is None else (scheme, authority)


def _read_name(name: str) -> str | Address | None:
    if name.startswith("["):
        try:
            return unmapped(IPv6Address(name[1:-1]))
        except ValueError:
            return None
    try:
        return IPv4Address(name)
    except ValueError:
        # `127.1` and `0127.0.0.1` are addresses to some programs: no name ends in a number (RFC 1123, 2.1).
        return None if name.rpartition(".")[2].isdigit() else name


def read_address(text: str) -> Address | None:
    """Return an address as a socket or a proxy writes it, perhaps with a zone or a port; None of all else."""
    text = text.strip().strip('"')
    if match := re.fullmatch(r"\[(.+)\](?::[0-9]{1,5})?", text):
        text = match[1]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return unmapped(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def unmapped(address: Address) -> Address:
    """Return the IPv4 address of a client that came to a socket for both (RFC 4291, 2.5.5.2)."""
    return getattr(address, "ipv4_mapped", None) or address


def as_host(address: Address) -> str:
    """Return an address as it is written in a URL."""
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)


def read_hosts(text: str) -> tuple[str | Address, ...]:
    """Return the names, addresses and patterns `*.example.org` of a list. Raises `ValueError` naming a wrong one."""
    return tuple(_read_pattern(word) for word in _words(text))


def _read_pattern(word: str) -> str | Address:
    address = read_address(word) if ":" in word or word.replace(".", "").isdigit() else None
    if address is not None and (word.startswith("[") or str(address) == word.lower()):
        return address
    name = word.lower().removesuffix(".")
    if not _PATTERN.fullmatch(name) or name.rpartition(".")[2].isdigit():
        msg = (
            f"{word!r} is no host: write a name or an address without scheme, port and path, such as deer.example.org,"
            " *.example.org or 192.168.1.20, with commas between them"
        )
        raise ValueError(msg)
    return name


def is_among(name: str | Address, hosts: tuple[str | Address, ...]) -> bool:
    """Return whether a host is one of these, or below one of their patterns."""
    if not isinstance(name, str):
        return name in hosts
    return any(
        name.endswith(host[1:]) if host.startswith("*.") else name == host
        for host in hosts
        if isinstance(host, str)
    )


def read_networks(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks of a list. Raises `ValueError` naming a wrong one."""
    return tuple(_read_network(word) for word in _words(text))


def _read_network(word: str) -> Network:
    try:
        return ip_network(word)
    except ValueError as error:
        msg = f"{word!r} is no address or network ({error}): write such as 127.0.0.1 or 172.16.0.0/12, with commas"
        raise ValueError(msg) from None


def is_within(address: Address, networks: tuple[Network, ...]) -> bool:
    """Return whether an address is in one of the networks."""
    return any(address in network for network in networks)


def read_base_path(text: str) -> str:
    """Return the path below which a site lies, without a slash at its end. Raises `ValueError` for what is none."""
    path = text.rstrip("/")
    if not _PATH.fullmatch(path):
        msg = "must be a path such as /thumper: a slash, then letters, digits, and . _ ~ -"
        raise ValueError(msg)
    return path


def read_public_url(text: str) -> str:
    """Return the address of a site, without a slash at its end. Raises `ValueError` for what is none."""
    text = text.rstrip("/")
    scheme, _, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    if read_authority(authority, scheme) is None or not _PATH.fullmatch(slash + path):
        msg = "must be an address such as https://deer.example.org or https://ranch.example.org/thumper"
        raise ValueError(msg)
    return text


def authority_of(url: str) -> Authority | None:
    """Return name and port of an address such as https://deer.example.org/thumper; None of what is none."""
    scheme, _, rest = url.partition("://")
    return read_authority(rest.partition("/")[0], scheme)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text) if word]
