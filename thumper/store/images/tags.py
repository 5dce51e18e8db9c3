"""All tags, with how many images have each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from thumper.domain.entered_text import part_of_name
from thumper.store.postgres.connect import client

MOST_LISTED: Final = 500
"""Tags in one answer, those of most images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """A tag as it was written first, and how many images have it now."""

    name: str
    images: int


_TAGS: Final = f"""
SELECT (array_agg(text ORDER BY id))[1] AS name, count(*) AS images FROM mark
WHERE kind = 'tag' AND undone_at IS NULL AND ($1::text IS NULL OR strpos(lower(text), lower($1)) > 0)
GROUP BY lower(text) ORDER BY images DESC, lower(text) LIMIT {MOST_LISTED}
"""


async def counts(name: str | None = None) -> list[TagCount]:
    """Return the tags whose name contains a text, all without one; those of most images first."""
    sought = None if name is None else part_of_name(name)
    return [TagCount(**row) for row in await client().execute_query_dict(_TAGS, [sought])]
