"""The key of a shared answer: all that the answer to a message depends on besides the message.

Subscribers with equal keys get one answer. It is executed with the context of the first, so a resolver below a
subscription may read of its context only what the key holds, what the process has once, and the loaders, which read
rows. A field that depends on anything else about the actor is declared personal.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Final

from graphql import (
    Executor,
    FieldNode,
    GraphQLField,
    GraphQLSchema,
    Node,
    SelectionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    is_abstract_type,
    visit,
)
from strawberry.types.field import StrawberryField

PERSONAL: Final = "personal"
"""In the metadata of a field whose value depends on who asks, not only on their role and scopes."""


def answer_key(executor: Executor[Any]) -> Hashable:
    """Return the key for the answers to an operation."""
    operation, context = executor.operation, executor.context_value
    text = operation.loc.source.body if operation.loc is not None else repr(operation)
    name = operation.name.value if operation.name is not None else None
    actor = context.actor
    person = (actor.name, actor.person_id, actor.credential_id) if _is_personal(executor) else None
    return (
        text,
        name,
        _variables(executor),
        context.base_url,
        actor.role,
        actor.scopes,
        actor.signed_in,
        person,
    )


def _variables(executor: Executor[Any]) -> str:
    """Return the variables that are used, without those of the root field, which chose the message."""
    used = _Variables()
    for node in (part for root in executor.operation.selection_set.selections for part in _below(root)):
        visit(node, used)
    for fragment in executor.fragment_definitions.values():
        visit(fragment, used)
    values = executor.variable_values.coerced
    return repr([(each, values[each]) for each in sorted(used.found) if each in values])


def _below(root: SelectionNode) -> list[Node]:
    """Return the parts of a root field without its arguments."""
    if not isinstance(root, FieldNode):
        return [root]
    return [part for part in (root.selection_set, *(root.directives or ())) if part is not None]


class _Variables(Visitor):
    """Collects the variables in a part of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found.add(node.name.value)


def _is_personal(executor: Executor[Any]) -> bool:
    """Return whether a personal field is selected anywhere; a fragment that is not spread counts as well."""
    if not _has_personal_fields(executor.schema):
        return False
    fields = _Fields(executor.schema)
    for node in (executor.operation, *executor.fragment_definitions.values()):
        visit(node, TypeInfoVisitor(fields.types, fields))
    return fields.personal


@lru_cache
def _has_personal_fields(schema: GraphQLSchema) -> bool:
    fields = (field for kind in schema.type_map.values() for field in getattr(kind, "fields", {}).values())
    return any(map(_is_marked, fields))


class _Fields(Visitor):
    """Notes whether one of the fields in a part of a document is personal."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.personal = False
        self._schema = schema

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.types.get_parent_type()
        kinds: list[Any] = [parent]
        if is_abstract_type(parent):  # the mark may stand at one of the types behind an interface
            kinds += self._schema.get_possible_types(parent)
        fields = (getattr(kind, "fields", {}).get(node.name.value) for kind in kinds)  # a union has none
        self.personal |= any(map(_is_marked, fields))


def _is_marked(field: Any) -> bool:
    """Return whether a field was declared with the mark; those of introspection are not declared by us."""
    declared = field.extensions.get("strawberry-definition") if isinstance(field, GraphQLField) else None
    return isinstance(declared, StrawberryField) and PERSONAL in declared.metadata
