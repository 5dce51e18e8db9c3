"""A sheet as comma-separated values: RFC 4180, UTF-8, a part at a time, all of one snapshot.

Whatever its length, a few hundred rows are in memory at a time: PostgreSQL keeps the rest behind a cursor. A reader
that stalls gives the connection back when PostgreSQL's patience ends. Refuses to know HTTP.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.spreadsheet_cell import Cell, as_cell
from thumper.export.sheet import Sheet, Telling
from thumper.store.feed.snapshot import snapshot
from thumper.store.postgres.connect import client
from thumper.store.postgres.search import Search

MOST_STALL_S: Final = 60
"""How long a reader may take no part: then the snapshot ends, since nothing that was deleted since can be cleared
away before. The slowest phone takes a part of 100 kB in less."""
_ROWS: Final = 500
"""Rows of a part, about 100 kB."""


@dataclass(frozen=True, slots=True)
class CsvText:
    """A sheet that is being read: how many rows it has, and its text."""

    rows: int
    parts: AsyncIterator[bytes]


@contextlib.asynccontextmanager
async def csv_text(
    sheet: Sheet, search: Search[Any], telling: Telling, *, mark: bool = False
) -> AsyncIterator[CsvText]:
    """Read the rows that a search finds, as of now; with `mark` it begins with the one by which Excel knows UTF-8.

    Raises what PostgreSQL's absence raises, also in between.
    """
    async with snapshot():
        await client().execute_query(f"SET LOCAL idle_in_transaction_session_timeout = '{MOST_STALL_S}s'")
        rows = await search.count()
        yield CsvText(rows, _parts(client(), sheet, search=search, telling=telling, mark=mark))


async def _parts(
    connection: BaseDBAsyncClient, sheet: Sheet, *, search: Search[Any], telling: Telling, mark: bool
) -> AsyncIterator[bytes]:
    sql, values = await sheet.sql(search)
    cursor = f"{sheet.name}_sheet"  # of each sheet another: asyncpg keeps the columns of a FETCH by its text
    await connection.execute_query(f"DECLARE {cursor} NO SCROLL CURSOR FOR {sql}", values)
    heading = _written([[column.heading for column in sheet.columns]])
    yield (codecs.BOM_UTF8 if mark else b"") + heading
    while rows := await connection.execute_query_dict(f"FETCH {_ROWS} FROM {cursor}"):
        yield _written(sheet.cells(row, telling) for row in rows)


def _written(rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([as_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")
