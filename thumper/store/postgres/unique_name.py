"""Names that are unique among the records of a kind, apart from case: PostgreSQL decides whether one is taken."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from tortoise.exceptions import IntegrityError

from thumper.domain.refusal import NameTakenError


@contextlib.contextmanager
def unique_name(kind: str, values: Mapping[str, Any]) -> Iterator[None]:
    """Raise `NameTakenError` when writing these values fails because another record of the kind has the name."""
    try:
        yield
    except IntegrityError as error:
        cause = error.args[0] if error.args else None
        if getattr(cause, "constraint_name", None) == f"{kind}_name_key":
            raise NameTakenError(kind, values["name"]) from error
        raise
