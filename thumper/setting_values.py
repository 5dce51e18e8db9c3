"""What the value of a single setting may be: read, made whole, or refused with what to write instead.

What several settings mean together is said where they are read (`settings.py`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from thumper.domain.host_name import read_hosts, read_networks

NO_REDIS: Final = "none"
"""Value of `redis_url` that stands for running without Redis."""


def absolute(path: Path) -> Path:
    """Expand `~` and make absolute without resolving links, which users may re-point."""
    return Path(os.path.abspath(path.expanduser()))


def read_zone_name(name: str) -> str:
    """Return the name of an IANA zone. Raises `ValueError` for what is none."""
    if name not in available_timezones():
        msg = f"{name!r} is no IANA time zone; write one such as America/Chicago"
        raise ValueError(msg)
    return name


def read_postgres_url(url: str) -> str:
    """Return the address of a PostgreSQL. Raises `ValueError` for what is none."""
    if not url.startswith(("postgresql://", "postgres://")):
        msg = "must start with postgresql://"
        raise ValueError(msg)
    return url


def read_redis_url(url: str) -> str:
    """Return the address of a Redis, or `none`. Raises `ValueError` for what is none."""
    if url.casefold() == NO_REDIS:
        return NO_REDIS
    if not url.startswith(("redis://", "rediss://", "unix://")):
        msg = f"must start with redis://, rediss:// or unix://, or be {NO_REDIS} to run without Redis"
        raise ValueError(msg)
    return url


def read_device(name: str) -> str:
    """Return the name of a device that a model may run on. Raises `ValueError` for what is none."""
    kind, _, number = name.partition(":")
    if kind not in {"auto", "cpu", "cuda"} or (number and not (kind == "cuda" and number.isdigit())):
        msg = "must be auto, cpu, cuda or cuda:N"
        raise ValueError(msg)
    return name


def read_host_list(text: str) -> str:
    """Return a list of host names. Raises `ValueError` naming one that is none."""
    read_hosts(text)
    return text


def read_network_list(text: str) -> str:
    """Return a list of addresses and networks. Raises `ValueError` naming one that is none."""
    read_networks(text)
    return text
