"""Executing for somebody: what is withheld from them is null, and what cannot be null is refused.

Whether a field is withheld is decided when a selection is planned, once for all objects of a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLObjectType, OperationType
from graphql.pyutils import Path

from thumper.graphql.access.permissions import Withheld, permissions_of
from thumper.graphql.access.refusals import Asked, Refusals, refusals
from thumper.graphql.relay.mutation_execution import MutationExecutor


class GuardedExecutor(MutationExecutor):
    """Executes what the actor of the context may see and do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._permissions = permissions_of(self.context_value.actor)
        self._refusals: Refusals = {}

    def execute_operation(self, *serially: bool | None) -> Any:
        """Execute the root fields that are not refused; of changes and subscriptions none would have come here."""
        if self.operation.operation is OperationType.QUERY:
            asked = Asked(self.schema, self.operation, self.fragment_definitions)
            self._refusals = refusals(asked, self._permissions, lambda: self.variable_values.coerced)
        return super().execute_operation(*serially)

    def withheld(self, kind: GraphQLObjectType) -> Mapping[str, Withheld]:
        """Return the fields of a type that are withheld."""
        return self._permissions.withheld(kind)

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, details: Any, path: Path, position: Any
    ) -> Any:
        """Execute a field, or refuse it."""
        name = details[0].node.name.value
        if name in self._permissions.withheld(parent_type):
            error = self._permissions.refusal_of(parent_type.name, name)
        elif self._refusals and path.prev is None and path.key in self._refusals:
            error = self._refusals[str(path.key)]
        else:
            return super().execute_field(parent_type, source, details, path, position)
        self.handle_field_error(error, parent_type.fields[name].type, details, path)
        return None
