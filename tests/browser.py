"""A real browser on this machine, for the pages that Thumper serves."""

from __future__ import annotations

import shutil
from typing import Final

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser_path() -> str:
    """Return where Chromium or Chrome is; fail when there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "the page needs Chromium or Chrome: run make browser"
    return path
