"""Queries that reach every field of a schema: each by the shortest way from a root to an object that has it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    parse,
)

from thumper.graphql.request.cost import reckon
from thumper.graphql.request.limits import MOST_COST, MOST_ROOT_FIELDS, chosen_operation
from thumper.graphql.schema import schema

_SERVED: Final[Any] = schema._schema  # as strawberry's own extensions read it


@dataclass(slots=True)
class Selected:
    """A field that is asked for, and what is asked of it."""

    kind: str
    name: str
    declared: GraphQLField
    arguments: str = ""
    inner: list[Selected] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The field as a query has it."""
        below = " ".join(each.text for each in self.inner)
        if not is_leaf_type(get_named_type(self.declared.type)):
            below = f"{{ __typename {below} }}"
        return f"{self.name}{self.arguments} {below}".strip()

    @property
    def place(self) -> str:
        """Such as `Image.tags`."""
        return f"{self.kind}.{self.name}"

    @property
    def can_be_null(self) -> bool:
        """Whether null is an answer."""
        return get_nullable_type(self.declared.type) is self.declared.type

    def all(self) -> Iterator[Selected]:
        """Yield the field and all that is asked below it."""
        yield self
        for each in self.inner:
            yield from each.all()


Way = tuple[tuple[str, str], ...]
"""The fields from a root to an object, each with its type."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A schema, and what its arguments are to be: `Query.dump` has `(id: "…")`."""

    schema: GraphQLSchema
    arguments: Mapping[str, str]

    def ways(
        self, roots: Iterable[str], *, through: Callable[[str], bool] = lambda _: True
    ) -> dict[str, Way]:
        """Return the shortest way to each type that is reached from these fields of a query, through some fields."""
        found: dict[str, Way] = {}
        waiting: deque[tuple[str, Way]] = deque(("Query", (("Query", root),)) for root in roots)
        while waiting:
            kind, way = waiting.popleft()
            inner = get_named_type(self._kind(kind).fields[way[-1][1]].type)
            if not isinstance(inner, GraphQLObjectType) or inner.name in found:
                continue
            found[inner.name] = way
            waiting.extend(
                (inner.name, (*way, (inner.name, name)))
                for name, own in inner.fields.items()
                if self._can_be_asked(f"{inner.name}.{name}", own) and through(f"{inner.name}.{name}")
            )
        return found

    def roots(self, kind: str = "Query") -> list[str]:
        """Return the fields of a root for which there are arguments."""
        fields = self._kind(kind).fields.items()
        return [name for name, own in fields if self._can_be_asked(f"{kind}.{name}", own)]

    def selected(self, kind: str, name: str, inner: list[Selected] | None = None) -> Selected:
        """Return a field with its arguments."""
        declared = self._kind(kind).fields[name]
        usual = "(first: 1)" if "first" in declared.args else ""
        return Selected(
            kind,
            name,
            declared,
            self.arguments.get(f"{kind}.{name}", usual),
            inner if inner is not None else [],
        )

    def everything_of(self, kind: str) -> list[Selected]:
        """Return all fields of a type."""
        fields = self._kind(kind).fields.items()
        return [
            self.selected(kind, name) for name, own in fields if self._can_be_asked(f"{kind}.{name}", own)
        ]

    def two_levels(self, kind: str) -> list[Selected]:
        """Return all fields of a type, and those of what they lead to; lists with pages aside."""
        asked = [each for each in self.everything_of(kind) if "first" not in each.declared.args]
        for each in asked:
            inner = get_named_type(each.declared.type)
            if isinstance(inner, GraphQLObjectType):
                each.inner = [
                    own for own in self.everything_of(inner.name) if "first" not in own.declared.args
                ]
                for own in each.inner:  # the names of those who did something
                    if get_named_type(own.declared.type).name == "Actor":
                        own.inner = self.everything_of("Actor")
        return asked

    def along(self, way: Way, inner: list[Selected]) -> Selected:
        """Return the root field that asks for something of the object at the end of a way."""
        for kind, name in reversed(way):
            inner = [self.selected(kind, name, inner)]
        return inner[0]

    def _can_be_asked(self, place: str, own: GraphQLField) -> bool:
        return place in self.arguments or not any(map(is_required_argument, own.args.values()))

    def _kind(self, name: str) -> Any:
        return self.schema.type_map[name]


def operations(asked: list[Selected]) -> Iterator[tuple[str, list[tuple[str, Selected]]]]:
    """Yield queries of as many root fields as one may have, with the names that these have in the answer."""
    waiting: list[Selected] = []
    left = _MOST
    for each in asked:
        objects = _objects(f"{{ {each.text} }}")
        if waiting and (objects > left or len(waiting) == MOST_ROOT_FIELDS):
            yield _operation(waiting)
            waiting, left = [], _MOST
        waiting.append(each)
        left -= objects
    if waiting:
        yield _operation(waiting)


_MOST: Final = MOST_COST * 3 // 4
"""What lists that are longer than usual may add is left."""


def _objects(text: str) -> int:
    document = parse(text)
    operation = chosen_operation(document, None)
    assert isinstance(operation, OperationDefinitionNode)
    reckoned = reckon(_SERVED, document, operation, {})
    assert reckoned is not None
    return reckoned.objects


def _operation(asked: list[Selected]) -> tuple[str, list[tuple[str, Selected]]]:
    named = [(f"r{number}", each) for number, each in enumerate(asked)]
    return f"{{ {' '.join(f'{name}: {each.text}' for name, each in named)} }}", named
