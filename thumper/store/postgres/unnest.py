"""Many rows as parameters of one statement: an array for each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def unnest(columns: Mapping[str, str]) -> str:
    """Return a table of parameters, by column and PostgreSQL type: `unnest($1::uuid[], …) AS fresh(id, …)`."""
    arrays = (f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), 1))
    return f"unnest({', '.join(arrays)}) AS fresh({', '.join(columns)})"


def arrays(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the parameters for rows whose values are in the order of the columns."""
    return [list(column) for column in zip(*rows, strict=True)]
