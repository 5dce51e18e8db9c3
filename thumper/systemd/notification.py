"""Telling systemd how a service is: one datagram of `NAME=value` lines, as sd_notify(3) has it.

The protocol is part of systemd's interface and stable. Nothing here may stop a Thumper: a manager that does not listen
is told nothing.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Final

_MICROSECONDS: Final = 1_000_000


class Notification:
    """The socket of the manager that started this process; without an address nothing is told."""

    def __init__(self, address: str | None) -> None:
        # A name that begins with @ stands for one in the abstract namespace, which begins with NUL.
        self._address = f"\0{address[1:]}" if address is not None and address.startswith("@") else address

    def ready(self) -> None:
        """Report that the service does what it is for."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Report that it ends."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Report that it works, for the watchdog."""
        self._send("WATCHDOG=1")

    def status(self, words: str) -> None:
        """Report how it is, in one line for people."""
        self._send(f"STATUS={' '.join(words.split())}")

    def extend(self, seconds: float) -> None:
        """Ask for that much more time, from now on, for what goes on: starting or stopping."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * _MICROSECONDS)}")

    def _send(self, line: str) -> None:
        if self._address is None:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(line.encode(errors="backslashreplace"), self._address)
