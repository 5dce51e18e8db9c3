"""Executing the mutations of a request one after another, each as things are by then.

A mutation with an idempotency key is made once. What it brought is recorded in the transaction of the change
(`change`), and its answer when it is complete: sent again in the same words it is answered with the same bytes, and
in other words, or when the process died before it could answer, from what was recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from graphql import GraphQLObjectType
from graphql.pyutils import Path, Undefined

from thumper.graphql.context import Context
from thumper.graphql.relay.idempotency_key import KeyedRequest, keyed_request
from thumper.graphql.shared.shared_execution import SharingExecutor
from thumper.store.postgres.connect import OUTAGES
from thumper.store.requests import idempotency_keys

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Turn:
    """One mutation while it is executed, from its resolver to the last field of its answer."""

    context: Context
    request: KeyedRequest | None
    key_id: UUID | None = None
    """Under which the answer is to be kept."""
    kept: str | None = None
    """The answer that was sent to the same request before."""
    completed: bool = False
    """Whether everything was done before that comes after the commit."""

    holds_secret: bool = False
    """Whether the answer is told once and kept nowhere."""

    def changed(self) -> None:
        """Have everything read anew from now on, as it is after the change."""
        self.context.loaders.clear()

    async def settled(self, answer: Any, *, flawless: bool) -> Any:
        """Return what is sent: the answer that was kept, or this one, which is kept if all of it was answered."""
        if self.kept is not None:
            return json.loads(self.kept)
        if self.request is not None and self.key_id is not None and flawless and not self.holds_secret:
            try:
                await idempotency_keys.keep_answer(
                    self.key_id, json.dumps(answer), request_sha256=self.request.request_sha256
                )
            except OUTAGES as error:  # what was recorded answers the next one
                log.warning("an answer could not be kept", error=str(error) or type(error).__name__)
        return answer


_TURN: Final[ContextVar[Turn | None]] = ContextVar("turn", default=None)

_KEYS: Final[WeakValueDictionary[tuple[str, str], asyncio.Lock]] = WeakValueDictionary()
"""Keys in use: who sends one again meanwhile waits for the answer."""


def current_turn() -> Turn | None:
    """Return the mutation that is being executed; None while a query is."""
    return _TURN.get()


@contextlib.contextmanager
def _taking(turn: Turn) -> Iterator[None]:
    token = _TURN.set(turn)
    try:
        yield
    finally:
        _TURN.reset(token)


def _alone(request: KeyedRequest | None) -> contextlib.AbstractAsyncContextManager[object]:
    if request is None:
        return contextlib.nullcontext()
    return _KEYS.setdefault((request.use.actor, request.use.key), asyncio.Lock())


class MutationExecutor(SharingExecutor):
    """Executes each mutation in its turn."""

    def execute_fields_serially(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """Execute the mutations of an operation in their order."""
        return self._in_turns(parent_type, source_value, path, grouped_field_set, position_context)

    async def _in_turns(
        self, parent_type: GraphQLObjectType, source: Any, path: Path | None, fields: Any, position: Any
    ) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for name, details in fields.items():
            request = keyed_request(self, parent_type, details, name=name)
            turn = Turn(self.context_value, request)
            async with _alone(request):
                turn.changed()  # by the mutation before, or by others since
                with _taking(turn):
                    place = Path(path, name, parent_type.name)
                    answer = self.execute_field(parent_type, source, details, place, position)
                    answer = await answer if self.is_awaitable(answer) else answer
                if answer is not Undefined:
                    answers[name] = await turn.settled(answer, flawless=not self._flaws(name))
        return answers

    def _flaws(self, name: str) -> bool:
        """Return whether an error was found below the field of that name."""
        return any(error.path and error.path[0] == name for error in self.collected_errors.errors)
