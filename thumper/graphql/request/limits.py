"""How large a query may be: its depth, aliases, root fields, and what it may cost.

The shape is measured once for each document and cached with its validation; the cost depends on variables and is
computed for each request, before anything is read. Fragments are measured once, however often they are spread:
measuring them at every spread takes exponential time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import (
    ASTValidationRule,
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
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from thumper.domain.deletion import MOST_IMAGES
from thumper.domain.identity import MOST_BOXES
from thumper.graphql.refusal import RequestError, bad_request
from thumper.graphql.relay.connection import DEFAULT_ITEMS, MOST_ITEMS
from thumper.store.files.unplaced import MOST_CAMERAS, MOST_KNOWN
from thumper.store.times.clock_fixes import MOST_LISTED

MOST_TOKENS: Final = 2000
MOST_DEPTH: Final = 15
"""Nested fields; `images { edges { node { detections { deer { sightings { nodes { image …` has 9."""
MOST_ALIASES: Final = 60
MOST_ROOT_FIELDS: Final = 20
MOST_DIRECTIVES: Final = 20
MOST_COST: Final = 10_000
"""Objects that one request may ask for: 100 images with their boxes, deer and places are about 2,000."""
_DEAR: Final = {
    ("Receipt", "safeToWipe"): 3000,
    ("Receipt", "wipe"): 3000,
    ("Query", "fixClockPreview"): 3000,
    ("Query", "setLocationPreview"): 3000,
    ("Query", "mergeLocationsPreview"): 3000,
}
"""Own cost of fields that re-read the originals or compute the times of a dump: at most three in a request."""
_SHORT_LIST: Final = 5
"""Items that a list without pages is assumed to have, such as the boxes of an image."""
_LONG_LISTS: Final = {
    ("Query", "clockSuspects"): MOST_LISTED,
    ("Dump", "clockFixes"): MOST_LISTED,
    ("Deployment", "clockFixes"): MOST_LISTED,
    ("ReceiptPlaces", "cameras"): MOST_CAMERAS,
    ("ReceiptPlaces", "known"): MOST_KNOWN,
    ("Dump", "relocations"): MOST_LISTED,
    ("Location", "relocations"): MOST_LISTED,
    ("RelocationEffect", "deployments"): MOST_LISTED,
    ("DeleteImagesPayload", "deletions"): MOST_IMAGES,
    ("DecideIdentityPayload", "decisions"): MOST_BOXES,
    ("UndoDeletionsPayload", "deletions"): MOST_IMAGES,
}
"""Lists without pages that may well be longer."""
_DEEPEST: Final = 60
"""Nested selections, spreads of fragments included, after which measuring stops."""


class ShapeRule(ASTValidationRule):
    """Refuses documents of an unreasonable shape."""

    def enter_document(self, document: DocumentNode, *_: Any) -> None:
        """Measure the whole document."""
        shape = _Shape(document)
        for code, measured, most, words in (
            ("TOO_DEEP", shape.depth(), MOST_DEPTH, "fields inside one another"),
            ("TOO_MANY_ALIASES", shape.aliases, MOST_ALIASES, "aliases"),
            ("TOO_MANY_FIELDS", shape.root_fields(), MOST_ROOT_FIELDS, "fields at its root"),
            ("TOO_MANY_DIRECTIVES", shape.directives, MOST_DIRECTIVES, "directives"),
        ):
            if measured > most:
                message = f"The query has {measured} {words}; {most} are the most. Send it in parts."
                self.report_error(bad_request(code, message))


class _Shape:
    """Counts of one document."""

    def __init__(self, document: DocumentNode) -> None:
        definitions = document.definitions
        self.operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        self.fragments = _fragments(document)
        self.aliases = 0
        self.directives = 0
        self._depths: dict[str, int] = {}
        for node in (*self.operations, *self.fragments.values()):
            self._count(node.selection_set)

    def _count(self, first: SelectionSetNode) -> None:
        """Count aliases and directives as they are written, without following spreads."""
        waiting = [first]
        while waiting:
            for node in waiting.pop().selections:
                self.directives += len(node.directives or ())
                self.aliases += isinstance(node, FieldNode) and node.alias is not None
                inner = getattr(node, "selection_set", None)
                if inner is not None:
                    waiting.append(inner)

    def root_fields(self) -> int:
        """Count the fields at the root of the largest operation."""
        return max((self._width(operation.selection_set, set()) for operation in self.operations), default=0)

    def _width(self, selections: SelectionSetNode, seen: set[str]) -> int:
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += 1
            elif isinstance(node, InlineFragmentNode):
                total += self._width(node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and (name := node.name.value) not in seen:
                seen.add(name)
                if name in self.fragments:
                    total += self._width(self.fragments[name].selection_set, seen)
        return total

    def depth(self) -> int:
        """Return the depth of the deepest operation, without introspection, which has a rule of its own."""
        return max((self._depth(operation.selection_set, 0) for operation in self.operations), default=0)

    def _depth(self, selections: SelectionSetNode, level: int) -> int:
        if level > _DEEPEST:
            return _DEEPEST
        return max((self._depth_of(node, level) for node in selections.selections), default=0)

    def _depth_of(self, node: Any, level: int) -> int:
        if isinstance(node, FieldNode):
            if node.selection_set is None or node.name.value.startswith("__"):
                return 1
            return 1 + self._depth(node.selection_set, level + 1)
        if isinstance(node, InlineFragmentNode):
            return self._depth(node.selection_set, level + 1)
        name = node.name.value
        if name not in self._depths:
            self._depths[name] = 0  # a fragment that spreads itself is refused by another rule
            fragment = self.fragments.get(name)
            if fragment is not None:
                self._depths[name] = self._depth(fragment.selection_set, level + 1)
        return self._depths[name]


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


def chosen_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | RequestError:
    """Return the operation to run; an error when several have no name to choose by, or none has that name."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    for operation in operations:
        if name is not None and operation.name is not None and operation.name.value == name:
            return operation
    message = "The request holds several operations; operationName must say which to run."
    return bad_request("BAD_OPERATION", message)


def cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> int:
    """Return how many objects a valid operation asks for."""
    defaults = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions or ()
        if isinstance(definition.default_value, IntValueNode)
    }
    root = schema.get_root_type(operation.operation)
    return _Cost(schema, _fragments(document), {**defaults, **variables}).of(operation.selection_set, root)


class _Cost:
    """The cost of one operation; each fragment is computed once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._known: dict[tuple[str, int], int] = {}

    def of(self, selections: SelectionSetNode, parent: GraphQLNamedType | None, items: int = 1) -> int:
        """Return the cost of a selection on one object; on a page, `items` are the items of its lists."""
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += self._of_field(node, parent, items)
            elif isinstance(node, InlineFragmentNode):
                total += self.of(node.selection_set, self._condition(node, parent), items)
            elif isinstance(node, FragmentSpreadNode):
                total += self._of_fragment(node.name.value, items)
        return total

    def _condition(
        self, node: InlineFragmentNode, parent: GraphQLNamedType | None
    ) -> GraphQLNamedType | None:
        condition = node.type_condition
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _of_fragment(self, name: str, items: int) -> int:
        key = (name, items)
        if key not in self._known:
            fragment = self._fragments[name]
            parent = self._schema.get_type(fragment.type_condition.name.value)
            self._known[key] = self.of(fragment.selection_set, parent, items)
        return self._known[key]

    def _of_field(self, node: FieldNode, parent: GraphQLNamedType | None, items: int) -> int:
        name = node.name.value
        dear = _DEAR.get((parent.name, name), 0) if parent is not None else 0
        if node.selection_set is None or name.startswith("__"):
            return dear
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or name not in parent.fields:
            return 0
        kind = parent.fields[name].type
        inner = get_named_type(kind)
        if inner.name.endswith("Connection"):
            return 1 + self.of(node.selection_set, inner, self._page_items(node.arguments or ()))
        times = 1
        if is_list_type(kind.of_type if is_non_null_type(kind) else kind):
            short = _LONG_LISTS.get((parent.name, name), _SHORT_LIST)
            times = items if parent.name.endswith("Connection") else short
        return dear + times * (1 + self.of(node.selection_set, inner))

    def _page_items(self, arguments: Iterable[Any]) -> int:
        given = {argument.name.value: self._number(argument.value) for argument in arguments}
        asked = given.get("first") if given.get("first") is not None else given.get("last")
        return DEFAULT_ITEMS if asked is None else max(0, min(asked, MOST_ITEMS))

    def _number(self, value: ValueNode) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, NullValueNode):
            return None
        named = self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return named if isinstance(named, int) else None


def too_costly(objects: int) -> RequestError | None:
    """Return the error for an operation that asks for too much."""
    if objects <= MOST_COST:
        return None
    return bad_request(
        "TOO_COSTLY",
        f"The query asks for about {objects:,} objects; {MOST_COST:,} are the most. Ask for fewer items with first,"
        " and page through the rest with after.",
    )
