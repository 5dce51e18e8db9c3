"""What an operation asks for that is not for who asks, found before anything is executed.

Of a field that can be null nothing is said: it is null. The rest cannot be answered without an error: a root field, a
field that is never null, a filter by what is withheld. It is named once, for the root field below which it stands,
and that one is not executed at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    value_from_ast_untyped,
)

from thumper.graphql.access.permissions import ROOTS, Permissions
from thumper.graphql.access.table import ARGUMENT_RULES, INPUT_FIELDS, PAGING, RULED_BY_TYPE
from thumper.graphql.refusal import RequestError

_KEPT: Final = 1000
"""Documents of which it is known whether they can be refused at all; as many as a library of pages has queries."""
_KNOWN: Final[dict[tuple[GraphQLSchema, bytes, Permissions], bool]] = {}
"""By the hash of each: a large document takes 1.1 MB with what was read of it, and guests may send any."""

Refusals = Mapping[str, RequestError]
"""Why each root field is refused, by its name in the answer."""


class Asked:
    """An operation with what it consists of."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.fragments = fragments
        source = operation.loc.source.body if operation.loc is not None else repr((operation, fragments))
        name = operation.name.value if operation.name is not None else ""
        self.sha256 = hashlib.sha256(f"{name}\n{source}".encode("utf-8", "surrogatepass")).digest()


def refusals(asked: Asked, permissions: Permissions, variables: Callable[[], Mapping[str, Any]]) -> Refusals:
    """Return what is refused of a valid operation; `variables` returns the values of its variables."""
    if not _may_be_refused(asked, permissions):
        return {}
    return _Search(asked, permissions, variables()).found()


def _may_be_refused(asked: Asked, permissions: Permissions) -> bool:
    """Return whether any variables could make something of the document refused; for most there are none."""
    key = asked.schema, asked.sha256, permissions
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= _KEPT:
            _KNOWN.clear()
        known = _KNOWN[key] = bool(_Search(asked, permissions, None).found())
    return known


class _Search:
    """Looks through one operation. Without variables it assumes of each what would be refused."""

    def __init__(self, asked: Asked, permissions: Permissions, variables: Mapping[str, Any] | None) -> None:
        self._asked = asked
        self._permissions = permissions
        self._variables = variables
        self._found: dict[str, RequestError] = {}
        self._root = ""

    def found(self) -> Refusals:
        """Return what is refused."""
        operation = self._asked.operation
        root = self._asked.schema.get_root_type(operation.operation)
        self._look(operation.selection_set, root, set())
        return self._found

    def _look(self, selections: SelectionSetNode, kind: GraphQLNamedType | None, seen: set[str]) -> None:
        at_root = kind is not None and kind.name in ROOTS
        for node in selections.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                if at_root:
                    self._root = node.alias.value if node.alias is not None else node.name.value
                self._look_at_field(node, kind, set() if at_root else seen)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = kind if condition is None else self._asked.schema.get_type(condition.name.value)
                self._look(node.selection_set, inner, seen)
            elif (name := node.name.value) not in seen:  # type: ignore[attr-defined]  # a fragment that is spread
                seen.add(name)
                fragment = self._asked.fragments[name]
                inner = self._asked.schema.get_type(fragment.type_condition.name.value)
                self._look(fragment.selection_set, inner, seen)

    def _look_at_field(self, node: FieldNode, kind: Any, seen: set[str]) -> None:
        field = getattr(kind, "fields", {}).get(node.name.value)
        if field is None or node.name.value.startswith("__"):
            return
        if not self._permissions.may_see(kind.name, node.name.value):
            if kind.name in ROOTS or get_nullable_type(field.type) is not field.type:
                self._note(self._permissions.refusal_of(kind.name, node.name.value))
            return
        for argument in node.arguments or ():
            name = argument.name.value
            self._look_at_argument(f"{kind.name}.{node.name.value}", name, field.args[name], argument.value)
        if node.selection_set is not None:
            self._look(node.selection_set, get_named_type(field.type), seen)

    def _look_at_argument(self, place: str, name: str, declared: GraphQLArgument, value: ValueNode) -> None:
        if name in PAGING and f"{place}.{name}" not in ARGUMENT_RULES:
            return
        if name in RULED_BY_TYPE:
            self._look_at_input(declared.type, value)
        elif not self._permissions.may_ask_by(f"{place}.{name}") and self._is_given(declared, value):
            rule = ARGUMENT_RULES.get(f"{place}.{name}")
            self._note(self._permissions.refusal(f"{place}.{name}", rule))

    def _look_at_input(self, kind: Any, value: Any) -> None:
        """Look at what is given for an input: a part of the document, or the value of a variable."""
        inner = get_named_type(kind)
        if not isinstance(inner, GraphQLInputObjectType):
            return
        if isinstance(value, VariableNode):
            if self._variables is None:
                self._assume_all(inner, set())
                return
            value = self._variables.get(value.name.value)
        if isinstance(value, ListValueNode | list):
            for each in value.values if isinstance(value, ListValueNode) else value:
                self._look_at_input(kind, each)
            return
        for name, given in _parts(value):
            declared = inner.fields.get(name)
            if declared is None:
                continue
            if self._permissions.may_give(inner.name, name):
                self._look_at_input(declared.type, given)
            elif self._is_given(declared, given):
                self._note_input(inner, name)

    def _assume_all(self, kind: GraphQLInputObjectType, seen: set[str]) -> None:
        """Assume that every field of an input is given."""
        seen.add(kind.name)
        for name, declared in kind.fields.items():
            if not self._permissions.may_give(kind.name, name):
                self._note_input(kind, name)
            inner = get_named_type(declared.type)
            if isinstance(inner, GraphQLInputObjectType) and inner.name not in seen:
                self._assume_all(inner, seen)

    def _is_given(self, declared: GraphQLArgument | GraphQLInputField, value: Any) -> bool:
        """Return whether a value is more than what is meant when it is left out."""
        if isinstance(value, VariableNode):
            if self._variables is None:
                return True
            value = self._variables.get(value.name.value)
        elif isinstance(value, NullValueNode):
            value = None
        elif isinstance(value, ValueNode):
            value = value_from_ast_untyped(value, dict(self._variables or {}))
        usual = None if declared.default_value is Undefined else declared.default_value
        return value is not None and value != usual

    def _is_included(self, node: SelectionNode) -> bool:
        if self._variables is None:
            return True
        for directive in node.directives or ():
            if directive.name.value in {"skip", "include"}:
                given = (directive.arguments or ())[0].value
                holds = (
                    self._variables.get(given.name.value)
                    if isinstance(given, VariableNode)
                    else getattr(given, "value", None)
                )
                if holds is (directive.name.value == "skip"):
                    return False
        return True

    def _note_input(self, kind: GraphQLInputObjectType, name: str) -> None:
        rule = INPUT_FIELDS.get(kind.name, {}).get(name)
        self._note(self._permissions.refusal(f"{kind.name}.{name}", rule))

    def _note(self, refusal: RequestError) -> None:
        self._found.setdefault(self._root, refusal)


def _parts(value: Any) -> list[tuple[str, Any]]:
    """Return the fields that are given of an input."""
    if isinstance(value, ObjectValueNode):
        return [(each.name.value, each.value) for each in value.fields]
    return list(value.items()) if isinstance(value, Mapping) else []
