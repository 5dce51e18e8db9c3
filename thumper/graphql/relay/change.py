"""What all changes share: how they refuse, values that were given, texts that can be stored."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Final, ParamSpec, TypeVar, get_type_hints

import strawberry
from tortoise.exceptions import IntegrityError

from thumper.graphql.relay.field import field
from thumper.graphql.relay.user_error import ChangeRefusedError, Obstacle, invalid

P = ParamSpec("P")
R = TypeVar("R", bound="Payload")

LONGEST_NAME: Final = 200
"""Characters of a name (the width of the columns)."""
LONGEST_TEXT: Final = 10_000
"""Characters of a free text."""


@strawberry.interface(description="What every change answers.")
class Payload:
    """Extended by each mutation with what it changed."""

    errors: list[Obstacle] = strawberry.field(
        default_factory=list, description="What kept the change from being made; empty when it was made."
    )


def change(description: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a resolver a mutation; when it raises `ChangeRefusedError`, its payload carries the errors."""

    def declare(resolver: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        function = resolver.__func__ if isinstance(resolver, staticmethod) else resolver
        payload: type[R] = get_type_hints(function)["return"]

        @functools.wraps(function)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return await function(*args, **kwargs)
            except ChangeRefusedError as refused:
                return payload(errors=[refused.obstacle])

        return field(description)(staticmethod(answer))

    return declare


def given(input: Any, *names: str) -> dict[str, Any]:
    """Return those of the named fields that the client sent; a field that was left out stays as it is."""
    values = {name: getattr(input, name) for name in names}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}


def clean_name(value: str | None, *path: str) -> str:
    """Return a name without blanks around it; raise `ChangeRefusedError` unless it has 1 to 200 characters."""
    name = clean_text(value, *path).strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise invalid(f"A name has 1 to {LONGEST_NAME} characters; this one has {len(name)}.", *path)
    return name


def clean_text(value: str | None, *path: str) -> str:
    """Return a text that can be stored; raise `ChangeRefusedError` for null, NUL, or more than 10,000 characters."""
    if value is None:
        raise invalid("This cannot be null; leave it out to keep what it is.", *path)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise invalid("The text holds a NUL or half a character, which cannot be stored.", *path)
    if len(value) > LONGEST_TEXT:
        raise invalid(f"The text has {len(value)} characters; {LONGEST_TEXT} are the most.", *path)
    return value


def violated(error: IntegrityError) -> str:
    """Return the name of the constraint that PostgreSQL refused a change by."""
    return str(getattr(error.args[0], "constraint_name", "") if error.args else "")
