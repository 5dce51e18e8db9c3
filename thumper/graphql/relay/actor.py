"""Who did something, as the API shows it."""

from __future__ import annotations

from typing import Any

import strawberry

from thumper.graphql.relay.field import WITHHELD, field


@strawberry.type(description="Somebody who did something: a person, or a program that a person gave a token.")
class Actor:
    """A type, and not a text, so that it can grow."""

    name: str = strawberry.field(description="The name by which they were known then, such as owner.")


def acted(description: str) -> Any:
    """Make the field that shows the column `actor` of a row."""

    def actor(root: strawberry.Parent[Any]) -> Actor | None:
        return None if root.actor is None else Actor(name=root.actor)

    return field(f"{description} {WITHHELD}")(staticmethod(actor))
