"""The shape of a document, which depends on no variable: depth, aliases, root fields, directives.

It is measured once for each document and cached with its validation. Fragments are measured once, however often they
are spread: measuring them at every spread takes exponential time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from thumper.graphql.refusal import bad_request
from thumper.graphql.request.limits import (
    MOST_ALIASES,
    MOST_DEPTH,
    MOST_DIRECTIVES,
    MOST_ROOT_FIELDS,
    MOST_SCHEMAS,
    fragments_of,
)

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
            ("TOO_MANY_FIELDS", shape.schemas(), MOST_SCHEMAS, "__schema at its root"),
            ("TOO_MANY_DIRECTIVES", shape.directives, MOST_DIRECTIVES, "directives"),
        ):
            if measured > most:
                best = "is the most" if most == 1 else "are the most"
                message = f"The query has {measured} {words}; {most} {best}. Send it in parts."
                self.report_error(bad_request(code, message))


class _Shape:
    """Counts of one document."""

    def __init__(self, document: DocumentNode) -> None:
        self.operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self.fragments = fragments_of(document)
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
        return self._most(lambda node: True)

    def schemas(self) -> int:
        """Count the `__schema` of the operation that has the most of them."""
        return self._most(lambda node: node.name.value == "__schema")

    def _most(self, counts: Callable[[FieldNode], bool]) -> int:
        return max(
            (sum(map(counts, self._fields(operation.selection_set, set()))) for operation in self.operations),
            default=0,
        )

    def _fields(self, selections: SelectionSetNode, seen: set[str]) -> Iterator[FieldNode]:
        """Yield the fields of a selection, those of each fragment once."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and (name := node.name.value) not in seen:
                seen.add(name)
                if name in self.fragments:
                    yield from self._fields(self.fragments[name].selection_set, seen)

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
