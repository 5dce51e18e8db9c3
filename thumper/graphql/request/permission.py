"""Refusing changes and subscriptions that are not for who asks, before anything has happened.

A query is executed without what is refused of it (`guarded_execution`). A change must not be made and then not be
told, so it is refused as a whole: also when only a part of the answer is not for who asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLError, OperationType, get_variable_values
from strawberry.extensions import SchemaExtension

from thumper.graphql.access.permissions import permissions_of
from thumper.graphql.access.refusals import Asked, refusals
from thumper.graphql.refusal import RequestError
from thumper.graphql.request.limits import chosen_operation, fragments_of


class Permission(SchemaExtension):
    """Looks at what is valid, before it is executed."""

    def on_validate(self) -> Iterator[None]:
        """Refuse the request if it is valid and not for who asks."""
        context = self.execution_context
        if context.graphql_document is not None and not context.pre_execution_errors:
            context.pre_execution_errors = self._refused(context.graphql_document)
        yield

    def _refused(self, document: Any) -> list[GraphQLError]:
        context = self.execution_context
        operation = chosen_operation(document, context._provided_operation_name)  # noqa: SLF001  # what was asked for
        if isinstance(operation, RequestError) or operation.operation is OperationType.QUERY:
            return []
        schema: Any = context.schema._schema  # noqa: SLF001  # strawberry's own extensions read it as well
        asked = Asked(schema, operation, fragments_of(document))

        def variables() -> Mapping[str, Any]:
            coerced = get_variable_values(
                schema, operation.variable_definitions or (), dict(context.variables or {}), max_errors=1
            )
            return {} if isinstance(coerced, list) else coerced.coerced  # wrong ones are never executed

        return list(refusals(asked, permissions_of(context.context.actor), variables).values())
