"""A machine without a way out: a network namespace with loopback alone, which counts what was sent elsewhere."""

from __future__ import annotations

import os
from typing import Final

_INSIDE: Final = """
ip link set lo up
"$@"
ended=$?
awk '/^Ip: [0-9]/ { print "tried to call out over IPv4:", $13 }' /proc/net/snmp
awk '/^Ip6OutNoRoutes/ { print "tried to call out over IPv6:", $2 }' /proc/net/snmp6
exit $ended
"""
"""Runs a command, and prints what the kernel counted as sent without a route (OutNoRoutes)."""


def without_routes() -> tuple[str, ...]:
    """Return what to put before a command; root needs no namespace of users, and others must be allowed one."""
    who = () if os.geteuid() == 0 else ("--user", "--map-current-user", "--keep-caps")
    return ("unshare", *who, "--net", "sh", "-c", _INSIDE, "sh")


def calls_out(printed: str) -> dict[str, int]:
    """Return how often a command tried to reach another machine, by protocol."""
    told = (
        line.rpartition(" ") for line in printed.splitlines() if line.startswith("tried to call out over")
    )
    return {words.removeprefix("tried to call out over ").rstrip(":"): int(count) for words, _, count in told}
