"""Paths on the command line."""

from __future__ import annotations

from pathlib import Path

import typer


def named_path(text: str) -> Path:
    """Return the path that an argument names; refuse an empty one, as an unset variable of a shell leaves it.

    Python takes that for the folder in which one stands, and all photos there would be taken in.
    """
    if not text.strip():
        raise typer.BadParameter("it is empty. Name a path; the folder in which you stand is a dot.")
    return Path(text)
