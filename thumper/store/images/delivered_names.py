"""Images and deletions by what the files were called that delivered them: by name, by path, by dump.

An image that came more than once has a file for each time, and a person may know it by any of their names. Systems
store the accents of a name in one of two ways, composed or decomposed, and people type either: they are the same.
"""

from __future__ import annotations

import unicodedata
from typing import Final
from uuid import UUID

from thumper.domain.entered_text import composed
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions

# As in the index `file_name_again` (see migrations).
_NAME: Final = "lower(regexp_replace(file.display_path, '^.*/', ''))"
_PATH: Final = "lower(normalize(concat(rtrim(source.display_path, '/'), '/', file.display_path), NFC))"

NAMED: Final = "without folders, whatever its case and however its accents are typed, such as IMG_0412.JPG"
PLACED: Final = (
    "whatever its case and however its accents are typed: absolute, or its last parts, such as"
    " Oak Stand/IMG_0412.JPG as in receipts"
)


async def name_in_drop(image_id: UUID) -> str | None:
    """Return where in its source an image lay when it was delivered first; None for one that no file tells of."""
    rows = await client().execute_query_dict(
        "SELECT display_path FROM file WHERE image_id = $1 AND state = 'stored'", [image_id]
    )
    return rows[0]["display_path"] if rows else None


def image_called(conditions: Conditions, name: str) -> str:
    """Return the SQL of whether an image was delivered, first or again, under a name without folders."""
    either = _either(conditions, name)
    return (
        f"image.id IN (SELECT id FROM image WHERE lower(file_name) IN {either} UNION ALL"
        f" SELECT image_id FROM file WHERE state = 'duplicate' AND {_NAME} IN {either})"
    )


def delivered(
    conditions: Conditions, files: str, *, name: str | None, path: str | None, dump_id: UUID | None
) -> str:
    """Return the SQL of whether one and the same of these files has a name, a path and a dump, as far as given.

    `files` is the SQL of which ones.
    """
    parts = [files]
    if name is not None:
        parts.append(f"{_NAME} IN {_either(conditions, name)}")
    if path is not None:
        parts.append(_at(conditions.hold(composed(path)), absolute=path.startswith("/")))
    if dump_id is not None:
        parts.append(f"file.dump_id = {conditions.hold(dump_id)}")
    return (
        "EXISTS (SELECT FROM file JOIN source ON source.id = file.source_id WHERE "
        + " AND ".join(parts)
        + ")"
    )


def _either(conditions: Conditions, name: str) -> str:
    """Return the SQL of both ways to store a name; to compose what is stored would need another index."""
    forms = dict.fromkeys((composed(name), unicodedata.normalize("NFD", name)))
    return f"({', '.join(f'lower({conditions.hold(form)})' for form in forms)})"


def _at(held: str, *, absolute: bool) -> str:
    if absolute:
        return f"{_PATH} = lower({held})"
    return f"right({_PATH}, length(lower({held})) + 1) = '/' || lower({held})"
