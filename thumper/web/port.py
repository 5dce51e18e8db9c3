"""The port of the API: whether it can be taken, and what to do where not."""

from __future__ import annotations

import errno
import socket

from thumper.errors import ServiceDownError, SettingError
from thumper.settings import Settings


def bind(settings: Settings) -> None:
    """Take the port for a moment, as the API would. Raises `OSError` when that is not possible."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    socket.create_server((settings.host, settings.port), family=family).close()


def refuse_taken_port(settings: Settings) -> None:
    """Raise `ServiceDownError` if another program has the port, `SettingError` if it cannot be had at all."""
    where = f"port {settings.port} of {settings.host}"
    try:
        bind(settings)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServiceDownError(
                f"{where.capitalize()} is taken. Stop what has it, or set THUMPER_PORT to a free port, such as 8481."
            ) from error
        raise SettingError(
            f"THUMPER_PORT: {where} cannot be used ({error.strerror or error}). Set it to another one, such as 8481."
        ) from error
