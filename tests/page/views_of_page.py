"""The views that the page has, and an address of each that shows something."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.small_library import Ids
from thumper.web.view_addresses import VIEWS

SOURCE: Final = Path(__file__).parents[2] / "page" / "src" / "views.ts"
NOUNS: Final = {"cards": "Dump", "photos": "Image", "deer": "Deer", "stands": "Location"}
"""Of what a view is that shows one record, by the first part of its address."""


def paths() -> list[str]:
    """Return the paths of all views, as preact-iso writes them: `photos/:id`."""
    found = re.findall(r'\{ path: "([^"]*)"', SOURCE.read_text("utf-8"))
    assert {f"/{path.replace(':id', '{id}')}" for path in found} <= {"/", *VIEWS}, "the server knows them"
    return found


def addresses(ids: Ids) -> list[str]:
    """Return an address of each view; those of one record with the first of its kind."""
    shown = []
    for path in paths():
        noun = NOUNS.get(path.partition("/")[0], "")
        shown.append("/" + (path.replace(":id", ids[noun][0]) if ":id" in path else path))
    return [*shown, "/sign-in"]
