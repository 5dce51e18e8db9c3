"""Refusing changes and subscriptions that are not for who asks, before anything has happened.

A query is executed without what is refused of it (`guarded_execution`). A change must not be made and then not be
told, so it is refused as a whole: also when only a part of the answer is not for who asks. The audit notes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    get_variable_values,
)
from strawberry.extensions import SchemaExtension

from thumper.graphql.access.permissions import permissions_of
from thumper.graphql.access.refusals import Asked, Refusals, refusals
from thumper.graphql.refusal import RequestError
from thumper.graphql.relay.audit_trail import note_forbidden
from thumper.graphql.request.limits import chosen_operation, fragments_of


class Permission(SchemaExtension):
    """Looks at what is valid, before it is executed."""

    async def on_validate(self) -> AsyncIterator[None]:
        """Refuse the request if it is valid and not for who asks."""
        context = self.execution_context
        if context.graphql_document is not None and not context.pre_execution_errors:
            refused, mutations = self._refused(context.graphql_document)
            context.pre_execution_errors = list(refused.values())
            for mutation in dict.fromkeys(mutations[name] for name in refused if name in mutations):
                await note_forbidden(mutation, context.context)
        yield

    def _refused(self, document: Any) -> tuple[Refusals, Mapping[str, str]]:
        """Return what is refused, and which mutation the answer would have under which name."""
        context = self.execution_context
        operation = chosen_operation(document, context._provided_operation_name)  # noqa: SLF001  # what was asked for
        if isinstance(operation, RequestError) or operation.operation is OperationType.QUERY:
            return {}, {}
        schema: Any = context.schema._schema  # noqa: SLF001  # strawberry's own extensions read it as well
        asked = Asked(schema, operation, fragments_of(document))

        def variables() -> Mapping[str, Any]:
            coerced = get_variable_values(
                schema, operation.variable_definitions or (), dict(context.variables or {}), max_errors=1
            )
            return {} if isinstance(coerced, list) else coerced.coerced  # wrong ones are never executed

        refused = refusals(asked, permissions_of(context.context.actor), variables)
        is_mutation = operation.operation is OperationType.MUTATION
        return refused, dict(
            _roots(operation.selection_set, asked.fragments)
        ) if refused and is_mutation else {}


def _roots(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[tuple[str, str]]:
    """Yield the name in the answer and the own name of each root field; what is valid has no circles."""
    for node in selections.selections:
        match node:
            case FieldNode():
                yield (node.alias or node.name).value, node.name.value
            case FragmentSpreadNode():
                yield from _roots(fragments[node.name.value].selection_set, fragments)
            case InlineFragmentNode():
                yield from _roots(node.selection_set, fragments)
