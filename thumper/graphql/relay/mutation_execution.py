"""Executing the mutations of a request one after another, each as things are by then.

Each is written to the audit in the transaction of its change (`change`), or here when it came to none. A mutation
with an idempotency key is made once. What it brought is recorded in the transaction of the change
(`change`), and its answer when it is complete: sent again in the same words it is answered with the same bytes, and
in other words, or when the process died before it could answer, from what was recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from graphql import GraphQLError, GraphQLObjectType
from graphql.pyutils import Path, Undefined
from tortoise.backends.base.client import BaseDBAsyncClient as Transaction

from thumper.graphql.context import Context
from thumper.graphql.relay.audit_trail import code_of, named_in
from thumper.graphql.relay.idempotency_key import KeyedRequest, input_of, keyed_request
from thumper.graphql.shared.shared_execution import SharingExecutor
from thumper.store.postgres.connect import OUTAGES
from thumper.store.requests import audit, idempotency_keys
from thumper.store.requests.audit import Deed

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Turn:
    """One mutation while it is executed, from its resolver to the last field of its answer."""

    context: Context
    mutation: str
    named: list[str]
    """Ids of the records that the input names."""
    request: KeyedRequest | None
    key_id: UUID | None = None
    """Under which the answer is to be kept."""
    kept: str | None = None
    """The answer that was sent to the same request before."""
    completed: bool = False
    """Whether everything was done before that comes after the commit."""
    outcome: str | None = None
    """How it ended, as the audit says it; None when it never began."""
    is_audited: bool = False

    holds_secret: bool = False
    """Whether the answer is told once and kept nowhere."""

    def changed(self) -> None:
        """Have everything read anew from now on, as it is after the change."""
        self.context.loaders.clear()

    async def audit(
        self, outcome: str, brought: Iterable[str] = (), *, using: Transaction | None = None
    ) -> None:
        """Write to the audit how it ended, in the transaction of the change where one was made."""
        records = list(dict.fromkeys([*self.named, *brought]))
        deed = Deed(
            action=self.mutation,
            actor=self.context.actor,
            address=self.context.address,
            records=records,
            outcome=outcome,
        )
        await audit.append(deed, using)

    async def audited(self, code: str) -> None:
        """Write to the audit what changed nothing: refused before it began, repeated, or failed."""
        if self.is_audited:
            return
        try:
            await self.audit(self.outcome or code)
        except OUTAGES as error:
            log.warning("a refused mutation is not in the audit", error=str(error) or type(error).__name__)

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
            turn = self._turn(parent_type, details, name)
            async with _alone(turn.request):
                turn.changed()  # by the mutation before, or by others since
                try:
                    with _taking(turn):
                        place = Path(path, name, parent_type.name)
                        answer = self.execute_field(parent_type, source, details, place, position)
                        answer = await answer if self.is_awaitable(answer) else answer
                except GraphQLError as error:  # of a field that is never null
                    await turn.audited(code_of([error], name))
                    raise
                await turn.audited(code_of(self.collected_errors.errors, name))
                if answer is not Undefined:
                    answers[name] = await turn.settled(answer, flawless=not self._flaws(name))
        return answers

    def _turn(self, parent_type: GraphQLObjectType, details: Any, name: str) -> Turn:
        mutation: str = details[0].node.name.value
        given = input_of(self, parent_type, details)
        request = keyed_request(self, given, mutation=mutation, name=name)
        turn = Turn(self.context_value, mutation, list(named_in(given)), request)
        turn.is_audited = mutation not in parent_type.fields  # __typename does nothing
        return turn

    def _flaws(self, name: str) -> bool:
        """Return whether an error was found below the field of that name."""
        return any(error.path and error.path[0] == name for error in self.collected_errors.errors)
