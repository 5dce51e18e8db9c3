"""Mutations of many things at once: all or nothing, with an error for each item that is refused."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar, get_type_hints

from thumper.domain.refusal import Refusal
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.user_error import user_error_of

P = ParamSpec("P")
R = TypeVar("R", bound=Payload)


def bulk_change(description: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a resolver a mutation, as `change` does; an `ExceptionGroup` of refusals becomes as many errors."""

    def declare(resolver: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        function = resolver.__func__ if isinstance(resolver, staticmethod) else resolver
        payload: type[R] = get_type_hints(function)["return"]

        @functools.wraps(function)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return await function(*args, **kwargs)
            except ExceptionGroup as refused:
                refusals = [each for each in refused.exceptions if isinstance(each, Refusal)]
                if len(refusals) < len(refused.exceptions):
                    raise
                return payload(errors=[user_error_of(each) for each in refusals])

        return change(description)(answer)

    return declare
