"""What is in a database, so that a restored one can be compared with it row by row: counts and fingerprints.

A fingerprint is the sum of the hashes of all rows as text, whatever their order. It is the same on every server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import asyncpg

from thumper.errors import BadBackupError

UNCOUNTED: Final = "process"
"""Signs of life belong to a machine and a moment: their rows are not kept."""

# The text of a value must not depend on settings of the server or the user.
_TEXT_SETTINGS: Final = """
SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex';
SET extra_float_digits = 1
"""
_TABLES: Final = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> $1
ORDER BY relname
"""
# 15 hexadecimal digits are a positive number of 60 bits.
_COUNT: Final = """
SELECT count(*) AS rows, coalesce(sum(
    ('x' || left(encode(sha256(convert_to(own::text, 'UTF8')), 'hex'), 15))::bit(60)::bigint::numeric
), 0)::text AS fingerprint FROM public.{} AS own
"""


@dataclass(frozen=True, slots=True)
class TableContent:
    """What is in one table."""

    rows: int
    fingerprint: str


async def count(connection: asyncpg.Connection) -> dict[str, TableContent]:
    """Count every table as the present transaction sees it, or now."""
    await connection.execute(_TEXT_SETTINGS)
    tallies = {}
    for row in await connection.fetch(_TABLES, UNCOUNTED):
        name = '"' + row["relname"].replace('"', '""') + '"'
        tallies[row["relname"]] = TableContent(**await connection.fetchrow(_COUNT.format(name)))
    return tallies


def compare(expected: dict[str, TableContent], found: dict[str, TableContent]) -> None:
    """Raise `BadBackupError` naming the first table whose rows are not those that were counted."""
    for table in sorted(expected.keys() | found.keys()):
        was, now = expected.get(table), found.get(table)
        if was is None or now is None:
            where = "only in the restored database" if was is None else "not in the restored database"
            raise BadBackupError(f"The table {table} is {where}: this backup cannot be trusted.")
        if was != now:
            raise BadBackupError(
                f"The table {table} had {was.rows} rows and has {now.rows} when it is restored"
                f"{', of other content' if was.rows == now.rows else ''}: this backup cannot be trusted."
            )
