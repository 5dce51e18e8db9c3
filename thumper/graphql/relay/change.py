"""What all mutations share: how they refuse, how they are made once, and the values that were given."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, ParamSpec, TypeVar, cast, get_type_hints

import strawberry
from tortoise.transactions import in_transaction

from thumper.graphql.context import Context
from thumper.graphql.relay.field import field
from thumper.graphql.relay.idempotency_key import KeyedRequest
from thumper.graphql.relay.mutation_execution import Turn, current_turn
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.recorded_payload import recorded, restored
from thumper.graphql.relay.user_error import UserError, or_refused
from thumper.store.models import IdempotencyKey
from thumper.store.postgres.one_commit import one_commit
from thumper.store.requests import idempotency_keys
from thumper.store.requests.idempotency_keys import KeyUsedError

P = ParamSpec("P")
R = TypeVar("R", bound="Payload")
Make = Callable[[], Awaitable[R]]


@strawberry.interface(description="What every change answers.")
class Payload:
    """Base of the payloads of mutations."""

    errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="What kept the change from being made; empty when it was made.",
        metadata=price(items=FEW),
    )

    holds_secret: ClassVar[bool] = False
    """Whether some of it is told once and kept nowhere: its answer is not kept either."""

    async def complete(self, context: Context) -> None:
        """Do what is left when the change is committed, such as erasing files; doing it again must do no harm.

        A mutation that is sent again, since its process died before it had answered, does only this.
        """


def change(
    description: str, *, takes: Mapping[str, Any] | None = None
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Make a resolver a mutation; `takes` is its `price`.

    When it raises a `Refusal`, or several in a group, its payload carries the errors. With an idempotency key all that
    it writes is committed at once. It must return nothing but rows that are nodes, and values that `recorded_payload`
    knows.
    """

    def declare(resolver: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        function = resolver.__func__ if isinstance(resolver, staticmethod) else resolver
        payload: type[R] = get_type_hints(function)["return"]

        @functools.wraps(function)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            turn = current_turn()
            make = functools.partial(function, *args, **kwargs)
            return await (or_refused(make, payload) if turn is None else _in_turn(turn, make, payload))

        return field(description, takes=takes)(staticmethod(answer))

    return declare


async def _in_turn(turn: Turn, make: Make[R], payload: type[R]) -> R:
    """Return the payload of a mutation, with everything done that belongs to it."""
    turn.holds_secret = payload.holds_secret
    try:
        if turn.request is None:
            made = await or_refused(make, payload)
        else:
            made = await or_refused(functools.partial(_once, turn, turn.request, make, payload), payload)
        if not made.errors and not turn.completed and type(made).complete is not Payload.complete:
            await _complete(turn, made)
        return made
    finally:
        turn.changed()


async def _complete(turn: Turn, made: Payload) -> None:
    await made.complete(turn.context)
    if turn.key_id is not None:
        await idempotency_keys.complete(turn.key_id, recorded(made))


async def _once(turn: Turn, request: KeyedRequest, make: Make[R], payload: type[R]) -> R:
    """Make a change if its key is new, else return what it brought. Raises `Refusal` about the key."""
    request.refuse_bad_key()
    async with one_commit() as transaction:
        turn.key_id, earlier = await idempotency_keys.claim(transaction, request.use)
        if earlier is None:
            made = await or_refused(functools.partial(_undone_when_refused, make), payload)
            await idempotency_keys.record(transaction, turn.key_id, recorded(made))
            return made
    return await _again(turn, request, earlier, payload)


async def _undone_when_refused(make: Make[R]) -> R:
    async with in_transaction("default"):
        return await make()


async def _again(turn: Turn, request: KeyedRequest, earlier: IdempotencyKey, payload: type[R]) -> R:
    """Return what a change brought that was made before. Raises `KeyUsedError`."""
    use = request.use
    if (earlier.mutation, bytes(earlier.input_sha256)) != (use.mutation, use.input_sha256):
        turn.key_id = None
        raise KeyUsedError(earlier)
    turn.completed = earlier.completed
    if earlier.request_sha256 == request.request_sha256:
        turn.kept, turn.completed = earlier.answer, True
        return payload()
    return cast("R", await restored(earlier.payload, turn.context.loaders))


def given(input: Any, *names: str) -> dict[str, Any]:
    """Return those of the named fields that the client sent; a field that was left out stays as it is."""
    values = {name: getattr(input, name) for name in names}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}
