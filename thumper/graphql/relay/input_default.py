"""Fields of inputs that have a default: they may be left out, and null is as if they were."""

from __future__ import annotations

import dataclasses
from typing import Any

import strawberry

from thumper.graphql.relay.field import optional


def defaulted(default: Any, description: str, *, kind: Any) -> Any:
    """Declare a field of an `Input` that is nullable to clients and never None here."""
    return strawberry.field(default=default, description=description, graphql_type=optional(kind))


class Input:
    """Base of inputs with such fields."""

    def __post_init__(self) -> None:
        """Put the defaults in the place of nulls."""
        for own in dataclasses.fields(self):  # type: ignore[arg-type]  # each input is made a dataclass
            if getattr(self, own.name) is None and own.default not in {dataclasses.MISSING, strawberry.UNSET}:
                setattr(self, own.name, own.default)
