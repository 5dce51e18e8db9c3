"""Every test of this folder may ask a running API, and most run programs of Node.js."""

from __future__ import annotations

import shutil

import pytest

from tests.api import api

__all__ = ["api"]


@pytest.fixture(autouse=True, scope="session")
def _node_is_there() -> None:
    assert shutil.which("node"), (
        "These tests need Node.js 20 or newer with npm: install it, then run `make clients`."
    )
