"""How many objects an introspection answers: they are counted, since the schema is known.

Counting ends soon after the limit, so that it takes no longer than the largest request that is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    introspection_types,
    is_list_type,
)

SCHEMA: Final = "__schema"
TYPE: Final = "__type"
FIELDS: Final = frozenset({SCHEMA, TYPE})
"""The fields of a query that ask for the schema."""


class Introspection:
    """Counts the objects below `__schema` and `__type`, up to the first beyond `most`."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], *, most: int
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._most = most
        self._inner: dict[int, list[FieldNode]] = {}

    def objects(self, node: FieldNode, type_name: str | None) -> int:
        """Return how many objects a `__schema`, or the `__type` of that name, answers; `most` + 1 for more."""
        if node.selection_set is None:
            return 0
        if node.name.value == SCHEMA:
            begin: Any = self._schema
            kind = introspection_types["__Schema"]
        else:
            begin = None if type_name is None else self._schema.get_type(type_name)
            kind = introspection_types["__Type"]
        if begin is None:
            return 0
        counted = 1
        for _ in self._below(node.selection_set, kind, begin):
            counted += 1
            if counted > self._most:
                break
        return counted

    def _below(self, selections: SelectionSetNode, kind: Any, value: Any) -> Iterator[Any]:
        """Yield each object below one of the schema's."""
        for node in self._with_selection(selections):
            field = kind.fields[node.name.value]
            inner = get_named_type(field.type)
            for child in self._children(field, value):
                yield child
                if isinstance(inner, GraphQLObjectType) and node.selection_set is not None:
                    yield from self._below(node.selection_set, inner, child)

    def _children(self, field: Any, value: Any) -> list[Any]:
        """Return what a field answers, deprecated things among it, whether asked for or not."""
        arguments = {"includeDeprecated": True} if "includeDeprecated" in field.args else {}
        answer = field.resolve(value, SimpleNamespace(schema=self._schema), **arguments)
        if answer is None:
            return []
        return list(answer) if is_list_type(get_nullable_type(field.type)) else [answer]

    def _with_selection(self, selections: SelectionSetNode) -> list[FieldNode]:
        """Return the fields of a selection that answer objects, those of each fragment once."""
        known = self._inner.get(id(selections))
        if known is None:
            known = self._inner[id(selections)] = list(self._find(selections, set()))
        return known

    def _find(self, selections: SelectionSetNode, seen: set[str]) -> Iterator[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                if node.selection_set is not None:
                    yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._find(node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                yield from self._find(self._fragments[node.name.value].selection_set, seen)
