"""Computing once what many subscribers get: reading an event's rows, executing an operation, encoding the answer.

A thousand open pages may follow the same changes; only sending is then done for each of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Hashable
from functools import cached_property, partial
from typing import Any, Final, TypeVar

from graphql import ExecutionResult

from thumper.background import cancel
from thumper.graphql.shared.answer_key import answer_key
from thumper.graphql.shared.column_execution import ColumnExecutor

T = TypeVar("T")

KEPT_S: Final = 1.0
"""How long a result is kept for callers that come later than the others."""


class Shared:
    """Computations and, for `KEPT_S`, their results, by a key of all that they depend on."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result that another caller has computed or is computing; compute it otherwise.

        The computation goes on when the caller is cancelled. Its error is raised for all who wait for it.
        """
        task: asyncio.Task[T] | None = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(compute())
            task.add_done_callback(partial(self._settle, key))
        return await asyncio.shield(task)

    def _settle(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None:
            del self._tasks[key]
        else:
            asyncio.get_running_loop().call_later(KEPT_S, self._tasks.pop, key)

    async def close(self) -> None:
        """Cancel what is still being computed."""
        await cancel(*self._tasks.values())


class SharedData(dict[str, Any]):
    """The data of an answer that goes to many subscribers; `seq` is the number of its message."""

    seq: int | None = None

    @cached_property
    def text(self) -> str:
        """The same as JSON."""
        return json.dumps(self, separators=(",", ":"))


class SharingExecutor(ColumnExecutor):
    """Executes a subscription once for each message and each `answer_key`, for all who are sent that message.

    A message is an object with a `Shared` for its answers, `answers`. Whether a client may subscribe is decided before:
    by extensions and validation, then by the permissions of the root field, without which there are no messages.
    """

    _key: Hashable = None

    def build_per_event_executor(self, payload: Any) -> SharingExecutor:
        """Return the executor for one message."""
        if self._key is None:
            self._key = answer_key(self)
        executor: SharingExecutor = super().build_per_event_executor(payload)
        return executor

    def execute_operation(self, *serially: bool | None) -> Any:
        """Execute the operation, or wait for the answer that another subscriber's executor computes."""
        answers = getattr(self.root_value, "answers", None)
        if not isinstance(answers, Shared):
            return super().execute_operation(*serially)
        return answers.get(self._key, partial(self._answer, *serially))

    async def _answer(self, *serially: bool | None) -> ExecutionResult:
        result: Any = super().execute_operation(*serially)
        if self.is_awaitable(result):
            result = await result
        data = None if result.data is None else SharedData(result.data)
        if data is not None:
            data.seq = getattr(self.root_value, "seq", None)
        return ExecutionResult(data=data, errors=result.errors, extensions=result.extensions)
