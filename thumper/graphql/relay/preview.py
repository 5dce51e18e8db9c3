"""What all previews of changes share: queries that answer what a mutation would do, and refuse as it would."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar, get_type_hints

import strawberry

from thumper.graphql.relay.field import field, optional
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.user_error import UserError, or_refused

P = ParamSpec("P")
R = TypeVar("R", bound="Preview")


@strawberry.interface(description="What every preview of a change answers; nothing is changed by it.")
class Preview:
    """Base of the answers of previews. It is not that of mutations, which may come to say more."""

    errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="What would keep the change from being made; empty when nothing.",
        metadata=price(items=FEW),
    )


def preview(
    description: str, *, takes: Mapping[str, Any] | None = None
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a resolver a preview; when it raises a `Refusal`, its answer carries the error. `takes` is its `price`."""

    def declare(resolver: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        function = resolver.__func__ if isinstance(resolver, staticmethod) else resolver
        answer_type: type[R] = get_type_hints(function)["return"]

        @functools.wraps(function)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            return await or_refused(functools.partial(function, *args, **kwargs), answer_type)

        return field(description, optional(answer_type), takes=takes)(staticmethod(answer))

    return declare
