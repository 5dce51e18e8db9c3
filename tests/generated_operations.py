"""Operations as a stranger might write them, drawn over the real schema: valid, and of every shape.

With aliases, fragments, variables, pages of every size, lists of ids, totals and introspection. Fields that read
originals again, and what takes an input, are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

LEFT_OUT: Final = frozenset({"safeToWipe", "wipe"})
DEEPEST: Final = 6
MOST_ALIASES: Final = 40
_SCHEMA: Final = (
    "__schema { types { name kind } }",
    "__schema { queryType { fields { name args { name type { name ofType { name } } } } } directives { name } }",
    '__type(name: "Image") { name fields { name type { kind ofType { kind } } } interfaces { name } }',
    '__type(name: "Node") { possibleTypes { name } }',
)


@dataclass(slots=True)
class Operation:
    """A document with its variables."""

    text: str
    variables: dict[str, Any]


@dataclass(slots=True)
class Drawing:
    """One operation that is being drawn. `ids` are the ids that exist, by type."""

    schema: GraphQLSchema
    random: Random
    ids: Mapping[str, Sequence[str]]
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)
    aliases: int = 0

    def query(self) -> Operation:
        """Draw a query."""
        root = self.schema.query_type
        assert root is not None
        parts = [self._fields(root, depth=0, most=4)]
        if self.random.random() < 0.15:
            parts.append(self.random.choice(_SCHEMA))
        return self._operation("query", " ".join(parts))

    def subscription(self, name: str) -> Operation:
        """Draw a subscription to the lists of one root field."""
        root = self.schema.subscription_type
        assert root is not None
        inner = get_named_type(root.fields[name].type)
        return self._operation("subscription", f"{name} {self._selection(inner, depth=1)}")

    def _operation(self, kind: str, selection: str) -> Operation:
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        text = " ".join([f"{kind} {declared} {{ __typename {selection} }}", *self.texts])
        return Operation(
            text.replace("{ __typename", "{", 1) if kind == "subscription" else text, self.variables
        )

    def _selection(self, kind: GraphQLNamedType, *, depth: int) -> str:
        """Draw what is selected of an object."""
        if isinstance(kind, GraphQLInterfaceType):
            # One, as fields of two types may be of one name and not alike.
            one = self.random.choice(sorted(self.schema.get_possible_types(kind), key=lambda each: each.name))
            return f"{{ __typename ... on {one.name} {self._selection(one, depth=depth)} }}"
        assert isinstance(kind, GraphQLObjectType)
        draw = self.random.random()
        known = self.fragments.get(kind.name, [])
        if known and draw < 0.15:
            return f"{{ __typename ...{self.random.choice(known)} }}"
        body = f"__typename {self._fields(kind, depth=depth, most=5)}"
        if draw < 0.3:
            name = f"f{next(self.numbers)}"
            self.texts.append(f"fragment {name} on {kind.name} {{ {body} }}")
            self.fragments.setdefault(kind.name, []).append(name)
            return f"{{ ...{name} }}"
        return f"{{ ... {{ {body} }} }}" if draw < 0.4 else f"{{ {body} }}"

    def _fields(self, kind: GraphQLObjectType, *, depth: int, most: int) -> str:
        able = [
            (name, each)
            for name, each in kind.fields.items()
            if name not in LEFT_OUT and self._can_be_asked(each, depth=depth)
        ]
        chosen = self.random.choices(able, k=self.random.randint(1, most)) if able else []
        if "totalCount" in kind.fields and self.random.random() < 0.5:
            chosen += [("totalCount", kind.fields["totalCount"])] * self.random.randint(1, 3)
        return " ".join(self._field(name, each, depth=depth) for name, each in chosen)

    def _can_be_asked(self, each: GraphQLField, *, depth: int) -> bool:
        required = (get_named_type(own.type) for own in each.args.values() if is_required_argument(own))
        deep = depth >= DEEPEST and not is_leaf_type(get_named_type(each.type))
        return not deep and not any(map(is_input_object_type, required))

    def _field(self, name: str, each: GraphQLField, *, depth: int) -> str:
        """Draw a field. What has arguments gets an alias, so that no two of one name are in each other's way."""
        inner = get_named_type(each.type)
        text = name
        if each.args or self.random.random() < 0.2:
            if self.aliases >= MOST_ALIASES:
                return "__typename"
            self.aliases += 1
            text = f"a{next(self.numbers)}: {name}{self._arguments(name, each)}"
        return text if is_leaf_type(inner) else f"{text} {self._selection(inner, depth=depth + 1)}"

    def _arguments(self, name: str, each: GraphQLField) -> str:
        given = {}
        if "first" in each.args and self.random.random() < 0.8:
            way = self.random.choice([own for own in ("first", "last") if own in each.args])
            if "last" not in each.args:
                given["after"] = "0"  # the feed, from its beginning
            given[way] = self._number(self.random.choice((0, 1, 2, 3, 5, 10, 40, 100)))
        for own, argument in each.args.items():
            kind = get_named_type(argument.type)
            if kind.name == "ID" and (is_required_argument(argument) or self.random.random() < 0.5):
                many = is_list_type(get_nullable_type(argument.type))
                given[own] = self._ids(self._type_of(own, name), many=many)
            elif isinstance(kind, GraphQLEnumType) and (
                is_required_argument(argument) or self.random.random() < 0.3
            ):
                given[own] = self.random.choice(sorted(kind.values))
        return f"({', '.join(f'{own}: {value}' for own, value in given.items())})" if given else ""

    def _type_of(self, argument: str, field_name: str) -> str:
        word = field_name if argument in {"id", "ids"} else argument.removesuffix("Id").removesuffix("Ids")
        return word[0].upper() + word[1:]

    def _ids(self, kind: str, *, many: bool) -> str:
        known = self.ids.get(kind) or [each for ids in self.ids.values() for each in ids]
        if not many:
            return f'"{self.random.choice(known)}"'
        some = self.random.choices(known, k=self.random.choice((1, 3, 30, 100)))
        if self.random.random() < 0.5:
            return self._variable("[ID!]!", some)
        return "[" + ", ".join(f'"{each}"' for each in some) + "]"

    def _number(self, number: int) -> str:
        """Write a number, or hand it in as a variable, as JavaScript may write it, or as a default."""
        draw = self.random.random()
        if draw < 0.6:
            return str(number)
        if draw < 0.8:
            return self._variable("Int", self.random.choice((number, float(number))))
        name = f"$v{next(self.numbers)}"
        self.declared.append(f"{name}: Int = {number}")
        return name

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{next(self.numbers)}"
        self.declared.append(f"${name}: {kind}")
        self.variables[name] = value
        return f"${name}"
