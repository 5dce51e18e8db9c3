"""Photos as people name them: by a file's name or a path; and told, so that they know them again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from thumper.cli.clock_view import dump_name, minute
from thumper.cli.receipt_query import Ask
from thumper.domain.path_text import readable

SHOWN: Final = 10
"""Photos that are told one by one before they are deleted."""

_TOLD: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Image {
  fileName takenAtLocal location { name } firstDelivery { path } dump { folder number source { path } } } } }"""


def as_named(word: str) -> dict[str, str]:
    """Return the filter of what a word names: a file by its name alone, or by its path.

    A path that is there counts from the root, one that is not as receipts show it. So a folder that a person names is
    never left out of account.
    """
    text = readable(os.fsencode(word))
    if "/" not in word:
        return {"fileName": text}
    from_here = word.startswith(("/", "./", "../")) or _is_there(word)
    path = os.path.abspath(word) if from_here else os.path.normpath(word)
    return {"path": readable(os.fsencode(path))}


def _is_there(word: str) -> bool:
    try:
        return Path(word).exists()
    except OSError:  # too long for a name, or in a closed folder
        return False


async def tell_photos(ask: Ask, ids: Sequence[str]) -> list[str]:
    """Return a line for each of the first `SHOWN` photos, and one of how many more there are."""
    nodes = (await ask(_TOLD, {"ids": list(ids[:SHOWN])}))["nodes"]
    lines = [" · ".join(_parts(node)) for node in nodes if node is not None]
    if len(ids) > SHOWN:
        lines.append(f"… and {len(ids) - SHOWN} more")
    return lines


def _parts(image: dict[str, Any]) -> Iterator[str]:
    first, taken, location = image["firstDelivery"], image["takenAtLocal"], image["location"]
    yield image["fileName"] if first is None else first["path"]
    yield "no time is known" if taken is None else minute(taken)
    yield "no location" if location is None else location["name"]
    yield dump_name(image["dump"])
