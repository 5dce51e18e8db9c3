"""What all mutations share: how they refuse, and the values that were given."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar, get_type_hints

import strawberry

from thumper.domain.refusal import Refusal
from thumper.graphql.relay.field import field
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.user_error import UserError, user_error_of

P = ParamSpec("P")
R = TypeVar("R", bound="Payload")


@strawberry.interface(description="What every change answers.")
class Payload:
    """Base of the payloads of mutations."""

    errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="What kept the change from being made; empty when it was made.",
        metadata=price(items=FEW),
    )


def change(
    description: str, *, takes: Mapping[str, Any] | None = None
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a resolver a mutation; when it raises a `Refusal`, its payload carries the error. `takes` is its `price`."""

    def declare(resolver: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        function = resolver.__func__ if isinstance(resolver, staticmethod) else resolver
        payload: type[R] = get_type_hints(function)["return"]

        @functools.wraps(function)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return await function(*args, **kwargs)
            except Refusal as refusal:
                return payload(errors=[user_error_of(refusal)])

        return field(description, takes=takes)(staticmethod(answer))

    return declare


def given(input: Any, *names: str) -> dict[str, Any]:
    """Return those of the named fields that the client sent; a field that was left out stays as it is."""
    values = {name: getattr(input, name) for name in names}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}
