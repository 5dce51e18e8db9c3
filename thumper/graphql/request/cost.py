"""What a valid operation may cost, before anything is read: its objects, and the statements that count.

It follows from the schema. A connection, or another page, has as many items as its `first` says, a list without pages
the length of its `price`, `__schema` what the schema holds. So a field that is added is reckoned right without a word
here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    get_variable_values,
    is_leaf_type,
    is_list_type,
)
from strawberry.types.field import StrawberryField

from thumper.graphql.relay.connection import DEFAULT_ITEMS, MOST_ITEMS
from thumper.graphql.relay.price import OF_PAGE, PRICE, Price
from thumper.graphql.request import introspection
from thumper.graphql.request.introspection import Introspection
from thumper.graphql.request.limits import MOST_COST, fragments_of
from thumper.graphql.shared.together import waits

_CONNECTION: Final = "Connection"
"""Ending of the types of pages (Relay's connections)."""
_ITEMS: Final = frozenset({"edges", "nodes"})
"""Their fields that have the items of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the schema says of a field: what it takes by itself, and of how many objects of which type it consists.

    `own` is taken for each object that has the field. What `asks` the database does so once for all of a page. `items`
    is None for the items of a page, of which there are as many as it has: `usual_items` when nothing is said, and
    `most_items` at most.
    """

    own: int
    asks: bool
    inner: GraphQLNamedType
    is_page: bool
    usual_items: int
    most_items: int
    items: int | None
    items_of: str


@cache  # as many as the schema has fields
def figures(parent: GraphQLNamedType | None, name: str) -> Figures | None:
    """Return the figures of a field; None for one that is not declared by us, such as `__typename`."""
    if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or name not in parent.fields:
        return None
    field = parent.fields[name]
    declared = field.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField):
        return None
    told: Price = declared.metadata.get(PRICE, Price())
    inner = get_named_type(field.type)
    is_list = is_list_type(get_nullable_type(field.type)) and not is_leaf_type(inner)
    of_page = told.items is OF_PAGE or (parent.name.endswith(_CONNECTION) and name in _ITEMS)
    return Figures(
        own=told.own,
        asks=waits(declared) and not told.own,
        inner=inner,
        is_page=bool(told.page) or inner.name.endswith(_CONNECTION),
        usual_items=told.page or DEFAULT_ITEMS,
        most_items=told.page or MOST_ITEMS,
        items=None if of_page else told.items if is_list else 1,
        items_of=told.items_of,
    )


def reckon(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Reckoning | None:
    """Reckon a valid operation; None when its variables are wrong, which its execution reports."""
    coerced = get_variable_values(schema, operation.variable_definitions or (), dict(variables), max_errors=1)
    if isinstance(coerced, list):
        return None
    return Reckoning(schema, fragments_of(document), operation, coerced.coerced)


class Amount(NamedTuple):
    """The cost of a part: what grows with the objects that have it, and its fields that ask the database."""

    objects: int = 0
    asking: int = 0

    @property
    def all(self) -> int:
        """Both together."""
        return self.objects + self.asking

    def and_also(self, other: Amount) -> Amount:
        """Return the cost of both parts."""
        return Amount(self.objects + other.objects, self.asking + other.asking)


class Reckoning:
    """The cost of one operation and its parts; each fragment is computed once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._known: dict[tuple[str, int], Amount] = {}
        self._introspection = Introspection(schema, fragments, most=MOST_COST)
        self.selections = operation.selection_set
        self.root = schema.get_root_type(operation.operation)
        self._whole = self.of(self.selections, self.root)
        self.objects = self._whole.all

    def settled(self, returned: int) -> int:
        """Return the cost when it is known what was returned: more where lists without pages were longer."""
        told = (figures(parent, node.name.value) for node, parent in self.fields(self.selections, self.root))
        at_root = sum(each.own for each in told if each is not None)
        return max(self.objects, returned + at_root + self._whole.asking)

    def of(self, selections: SelectionSetNode, parent: GraphQLNamedType | None, page: int = 1) -> Amount:
        """Return the cost of a selection on one object; `page` are the items of a connection."""
        total = Amount()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total = total.and_also(self.of_field(node, parent, page))
            elif isinstance(node, InlineFragmentNode):
                total = total.and_also(self.of(node.selection_set, self._condition(node, parent), page))
            elif isinstance(node, FragmentSpreadNode):
                total = total.and_also(self._of_fragment(node.name.value, page))
        return total

    def of_field(self, node: FieldNode, parent: GraphQLNamedType | None, page: int) -> Amount:
        """Return the cost of a field of one object."""
        if node.name.value in introspection.FIELDS:
            return Amount(self._introspection.objects(node, self._text(node, "name")))
        told = figures(parent, node.name.value)
        if told is None:
            return Amount()
        if node.selection_set is None:
            return Amount(told.own, told.asks)
        times = 1 if told.is_page else self.times(told, node, page)
        below = self.of(node.selection_set, told.inner, self.page_of(told, node) if told.is_page else 1)
        return Amount(told.own + times * (1 + below.objects), told.asks + below.asking)

    def times(self, told: Figures, node: FieldNode, page: int) -> int:
        """Return of how many objects a field consists."""
        if told.items_of:
            return self._length(node, told.items_of)
        return page if told.items is None else told.items

    def page_of(self, told: Figures, node: FieldNode) -> int:
        """Return how many items a page may have."""
        first, last = self._number(node, "first"), self._number(node, "last")
        asked = first if first is not None else last
        return told.usual_items if asked is None else max(0, min(asked, told.most_items))

    def fields(
        self, selections: SelectionSetNode, parent: GraphQLNamedType | None, seen: set[str] | None = None
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType | None]]:
        """Yield the fields of a selection with the type that each is of, those of a fragment once."""
        seen = set() if seen is None else seen
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node, parent
            elif isinstance(node, InlineFragmentNode):
                yield from self.fields(node.selection_set, self._condition(node, parent), seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self._fragments[node.name.value]
                yield from self.fields(fragment.selection_set, self._type(fragment), seen)

    def _of_fragment(self, name: str, page: int) -> Amount:
        key = (name, page)
        if key not in self._known:
            fragment = self._fragments[name]
            self._known[key] = self.of(fragment.selection_set, self._type(fragment), page)
        return self._known[key]

    def _type(self, fragment: FragmentDefinitionNode) -> GraphQLNamedType | None:
        return self._schema.get_type(fragment.type_condition.name.value)

    def _condition(
        self, node: InlineFragmentNode, parent: GraphQLNamedType | None
    ) -> GraphQLNamedType | None:
        condition = node.type_condition
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _argument(self, node: FieldNode, name: str) -> Any:
        """Return a simple value or list that an argument has; None when it is null or left out."""
        for argument in node.arguments or ():
            if argument.name.value == name:
                return self._value(argument.value)
        return None

    def _value(self, value: Any) -> Any:
        if isinstance(value, VariableNode):
            return self._variables.get(value.name.value)
        if isinstance(value, ListValueNode):
            return list(value.values)
        if isinstance(value, NullValueNode):
            return None
        return int(value.value) if isinstance(value, IntValueNode) else getattr(value, "value", None)

    def _number(self, node: FieldNode, name: str) -> int | None:
        value = self._argument(node, name)
        return value if isinstance(value, int) else None

    def _text(self, node: FieldNode, name: str) -> str | None:
        value = self._argument(node, name)
        return value if isinstance(value, str) else None

    def _length(self, node: FieldNode, name: str) -> int:
        """Return how many items an argument has; GraphQL takes a single one for a list of it."""
        value = self._argument(node, name)
        return len(value) if isinstance(value, list) else int(value is not None)
