"""Whether a person can be asked before something is done that was not confirmed with an option."""

from __future__ import annotations

import sys

from thumper.errors import UsageError


def refuse_unless_asked(*, as_json: bool, instead: str) -> None:
    """Raise `UsageError`, with what to do `instead`, where no person is at a terminal or a program reads the answer."""
    if as_json or not sys.stdin.isatty():
        raise UsageError(f"Nobody can be asked here. {instead}")
