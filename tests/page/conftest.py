"""Every test of this folder may ask a running API."""

from __future__ import annotations

from tests.api import api

__all__ = ["api"]
