"""What many subscribers are told alike is read once, put into the shape that they asked for once, and encoded once.

A thousand open pages follow the same changes. Only sending is left to do for each of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Hashable
from functools import cached_property, partial
from typing import Any, Final, TypeVar

from graphql import ExecutionResult, FieldNode, Node, SelectionNode, VariableNode, Visitor, visit
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from thumper.background import cancel

T = TypeVar("T")

KEPT_S: Final = 1.0
"""How long a result is kept for those who come for it later than the others."""


class Shared:
    """Computations and, for a moment, their results, each by what it is of."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result that somebody else has computed or is computing; compute it otherwise.

        The computation goes on when the caller is cancelled. Its error is raised for everybody who waits for it.
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
    """The data of an answer that goes to many."""

    @cached_property
    def text(self) -> str:
        """The same as JSON."""
        return json.dumps(self, separators=(",", ":"))


class SharingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes a subscription once for every message, whoever gets it, if it was asked for in the same words.

    Messages are told apart by identity: those that are the same object hold their answers in a `Shared` of their own,
    `answers`. The answer may depend on nothing else of the connection than the address by which it reached us.
    """

    _asked: Hashable = None

    def build_per_event_executor(self, payload: Any) -> SharingExecutor:
        """Return the executor for one message."""
        if self._asked is None:
            self._asked = self._words()
        executor: SharingExecutor = super().build_per_event_executor(payload)  # type: ignore[assignment]  # a copy of this
        return executor

    def execute_operation(self, *serially: bool | None) -> Any:
        """Execute, or wait for whoever does."""
        answers = getattr(self.root_value, "answers", None)
        if not isinstance(answers, Shared):
            return super().execute_operation(*serially)
        return answers.get(self._asked, partial(self._answer, *serially))

    async def _answer(self, *serially: bool | None) -> ExecutionResult:
        result: Any = super().execute_operation(*serially)
        if self.is_awaitable(result):
            result = await result
        data = None if result.data is None else SharedData(result.data)
        return ExecutionResult(data=data, errors=result.errors, extensions=result.extensions)

    def _words(self) -> Hashable:
        """Return what the answer depends on besides the message: `after` and the filter have done their part."""
        operation = self.operation
        used = _Variables()
        for node in (part for root in operation.selection_set.selections for part in _below(root)):
            visit(node, used)
        for fragment in self.fragment_definitions.values():
            visit(fragment, used)
        values = self.variable_values.coerced
        text = operation.loc.source.body if operation.loc is not None else repr(operation)
        name = operation.name.value if operation.name is not None else None
        given = repr([(each, values[each]) for each in sorted(used.found) if each in values])
        return text, name, given, self.context_value.base_url


def _below(root: SelectionNode) -> list[Node]:
    """Return all of a root field but its arguments."""
    if not isinstance(root, FieldNode):
        return [root]
    return [part for part in (root.selection_set, *(root.directives or ())) if part is not None]


class _Variables(Visitor):
    """Notes which variables stand in a part of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found.add(node.name.value)
