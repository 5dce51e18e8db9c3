"""What a person may write of a known deer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thumper.domain.entered_text import clean_name, clean_text
from thumper.domain.refusal import InvalidValueError


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those fields of a deer that are given as they can be stored; raise `InvalidValueError`."""
    clean = dict(values)
    if "name" in clean:
        clean["name"] = clean_name(clean["name"], "name")
    if "notes" in clean:
        clean["notes"] = clean_text(clean["notes"], "notes")
    for name in ("sex", "status"):
        if name in clean and clean[name] is None:
            raise InvalidValueError(f"{name} cannot be null; leave it out to keep what it is.", name)
    return clean
