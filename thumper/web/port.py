"""The sockets on which the API will listen: whether they can be had, and what to do where not.

They are made here and not by uvicorn, so that `::` means every address, as elsewhere: asyncio would leave IPv4 out.
"""

from __future__ import annotations

import errno
import socket
from typing import Final

from thumper.domain.host_name import read_address
from thumper.errors import ServiceDownError, SettingError
from thumper.settings import Settings

_NOT_HERE: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


def bound_sockets(settings: Settings) -> list[socket.socket]:
    """Return sockets, one for each address that `host` stands for.

    They do not listen yet: a request that came before the API could answer it would wait for one that has started.

    Raises `ServiceDownError` if a program has the port or the address is not there now, `SettingError` if this user
    may not have the port.
    """
    try:
        return _bound(settings)
    except OSError as error:
        raise _explained(settings, error) from error


def bind(settings: Settings) -> None:
    """Take the port for a moment, as the API would. Raises `OSError` when that is not possible."""
    for each in _bound(settings):
        each.close()


def refuse_taken_port(settings: Settings) -> None:
    """Raise what `bound_sockets` would, and take the port for a moment only."""
    for each in bound_sockets(settings):
        each.close()


def _bound(settings: Settings) -> list[socket.socket]:
    found = socket.getaddrinfo(
        settings.host or None,
        settings.port,
        type=socket.SOCK_STREAM,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_PASSIVE,
    )
    bound = read_address(settings.host)
    sockets: list[socket.socket] = []
    failed: OSError | None = None
    try:
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            try:
                only = not (bound is not None and bound.is_unspecified)
                sockets.append(_socket(family, address, only_version_6=only))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                failed = error  # `localhost` names ::1 also where there is no IPv6
        if not sockets and failed is not None:
            raise failed
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets


def _socket(family: int, address: object, *, only_version_6: bool) -> socket.socket:
    # With its protocol, or asyncio leaves TCP_NODELAY off, and an answer in two pieces takes 40 ms more.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only_version_6))
        made.bind(address)  # type: ignore[arg-type]  # as getaddrinfo gives it
    except OSError:
        made.close()
        raise
    return made


def _explained(settings: Settings, error: OSError) -> ServiceDownError | SettingError:
    where = f"port {settings.port} of {settings.host}"
    if error.errno == errno.EADDRINUSE:
        return ServiceDownError(
            f"{where.capitalize()} is taken. Stop what has it, or set THUMPER_PORT to a free port, such as 8481."
        )
    if error.errno in _NOT_HERE or isinstance(error, socket.gaierror):
        return ServiceDownError(
            f"THUMPER_HOST: this machine has no address {settings.host} now ({error.strerror or error}). Set it to"
            " 0.0.0.0 for all of its addresses, to 127.0.0.1 for itself alone, or wait until its network is up."
        )
    return SettingError(
        f"THUMPER_PORT: {where} cannot be used ({error.strerror or error}). Set it to another one, such as 8481."
    )
