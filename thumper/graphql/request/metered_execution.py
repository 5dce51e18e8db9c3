"""Counting what an operation returns, for lists without pages may be longer than was reckoned.

Mutations and messages of subscriptions are never cut off: what they tell has happened.
"""

from __future__ import annotations

from typing import Any, Final

from graphql import ExecutionResult, GraphQLObjectType, OperationType
from graphql.pyutils import Path

from thumper.graphql.request.cost import figures
from thumper.graphql.request.costly import too_long
from thumper.graphql.request.guarded_execution import GuardedExecutor
from thumper.graphql.request.limits import MOST_COST

RETURNED: Final = "returned"
"""In the extensions of a result as this module leaves it: its objects, and the fields that asked the database."""


class MeteredExecutor(GuardedExecutor):
    """Counts each object with what its fields take by themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._returned = 0
        self._own: dict[tuple[Any, int], int] = {}
        self._most = MOST_COST if self.operation.operation is OperationType.QUERY else None
        self._counts = self.operation.operation is not OperationType.SUBSCRIPTION

    def execute_operation(self, *serially: bool | None) -> Any:
        """Execute the operation, and note in the result what it returned."""
        result = super().execute_operation(*serially)
        if not self._counts:
            return result
        return self._noted_later(result) if self.is_awaitable(result) else self._noted(result)

    async def _noted_later(self, result: Any) -> ExecutionResult:
        return self._noted(await result)

    def _noted(self, result: ExecutionResult) -> ExecutionResult:
        result.extensions = {RETURNED: self._returned}
        return result

    def admit(self, kind: GraphQLObjectType, details: Any, path: Path, objects: int = 1) -> None:
        """Count objects, and refuse them when there are too many."""
        if self._counts:
            self._returned += self.weight(kind, details, objects)
            if self._most is not None and self._returned > self._most:
                raise too_long(".".join(part for part in path.as_list() if isinstance(part, str)))

    def weight(self, kind: GraphQLObjectType, details: Any, objects: int) -> int:
        """Return how much objects count, with what their fields take by themselves."""
        return objects * (1 + self._own_of(kind, details))

    def withdraw(self, weight: int) -> None:
        """Forget objects that were counted, and will be executed anew."""
        if self._counts:
            self._returned -= weight

    def _own_of(self, kind: Any, field_details_list: Any) -> int:
        """Return what the fields that are selected of an object take by themselves; alike for all items of a list."""
        key = (kind, id(field_details_list))
        own = self._own.get(key)
        if own is None:
            # This keeps the list alive, so that its id stays its own.
            selected = self.collect_subfields(kind, field_details_list).grouped_field_set
            told = (figures(kind, details[0].node.name.value) for details in selected.values())
            own = self._own[key] = sum(each.own for each in told if each is not None)
        return own
