"""Questions as a curious guest might ask them, drawn over the real schema: with every filter, order, page and look-up.

What they know is more than any guest does: all ids, names, hashes, times and cursors of the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

_ASKED: Final = {
    "node": 3,
    "nodes": 1,
    "image": 2,
    "images": 8,
    "detections": 5,
    "allDeer": 4,
    "deer": 2,
    "locations": 4,
    "location": 2,
    "cameras": 4,
    "camera": 1,
    "deployments": 4,
    "deployment": 1,
    "sightings": 3,
    "reviews": 2,
    "identityDecisions": 2,
    "imageGroups": 3,
    "allSpecies": 2,
    "species": 1,
    "tags": 1,
    "detectors": 1,
    "detection": 1,
    "dumps": 1,
    "clockFixes": 1,
    "deletions": 1,
    "relocations": 1,
}
"""How often each is asked, in proportion."""

# What reads the disk, says what the process itself has, or when something expires.
_LEFT_OUT: Final = frozenset({"exif", "waitingFor", "job", "wipe", "safeToWipe", "urls", "signedUrls"})


_TIMES: Final = {"DateTime": "time", "Date": "date", "LocalTime": "time of day"}
"""What is known of each scalar of times."""


@dataclass(slots=True)
class Questions:
    """Draws questions. `known` are the values that a guest may try, by the type or noun that they are of."""

    schema: GraphQLSchema
    random: Random
    known: Mapping[str, Sequence[Any]]
    cursors: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def document(self, count: int) -> str:
        """Draw that many questions as one document."""
        assert self.schema.query_type is not None
        fields = self.schema.query_type.fields
        names = self.random.choices(list(_ASKED), list(_ASKED.values()), k=count)
        return (
            "{ "
            + "\n".join(f"q{at}: {self._field(name, fields[name], 0)}" for at, name in enumerate(names))
            + " }"
        )

    def _field(self, name: str, each: GraphQLField, depth: int) -> str:
        inner = get_named_type(each.type)
        given = self._arguments(name, each)
        return f"{name}{given}" + ("" if is_leaf_type(inner) else f" {self._selection(inner, depth)}")

    def _selection(self, kind: Any, depth: int) -> str:
        if isinstance(kind, GraphQLInterfaceType):
            kinds = sorted(self.schema.get_possible_types(kind), key=lambda each: each.name)
            parts = [
                f"... on {one.name} {{ {self._leaves(one, 2)} }}" for one in self.random.sample(kinds, 6)
            ]
            return f"{{ __typename id {' '.join(parts)} }}"
        assert isinstance(kind, GraphQLObjectType)
        if "pageInfo" in kind.fields:
            nodes = self._selection(get_named_type(kind.fields["nodes"].type), depth + 1)
            return f"{{ totalCount pageInfo {{ hasNextPage hasPreviousPage }} edges {{ cursor }} nodes {nodes} }}"
        further = [
            (name, each)
            for name, each in kind.fields.items()
            if not is_leaf_type(get_named_type(each.type)) and name not in _LEFT_OUT
        ]
        chosen = self.random.sample(further, min(len(further), 2 - depth)) if depth < 2 else []
        below = " ".join(
            f"b{at}: {self._field(name, each, depth + 1)}" for at, (name, each) in enumerate(chosen)
        )
        return f"{{ __typename {self._leaves(kind, 4)} {below} }}"

    def _leaves(self, kind: GraphQLObjectType, most: int) -> str:
        leaves = [
            name
            for name, each in kind.fields.items()
            if is_leaf_type(get_named_type(each.type)) and not each.args and name not in _LEFT_OUT
        ]
        return " ".join(self.random.sample(leaves, min(len(leaves), most)))

    def _arguments(self, name: str, each: GraphQLField) -> str:
        """Draw arguments; an order is drawn first, since a cursor is of one order."""
        given: dict[str, str] = {}
        for own, argument in each.args.items():
            if own in {"first", "last", "after", "before"}:
                continue
            if is_required_argument(argument) or self.random.random() < 0.6:
                given[own] = self._value(own, argument.type, of=name)
        if each.args and name in {"image", "deer", "location", "species"}:  # by one of two
            own = self.random.choice(list(each.args))
            given = {own: self._value(own, each.args[own].type, of=name)}
        if "first" in each.args:
            forwards = self.random.random() < 0.7
            given["first" if forwards else "last"] = str(self.random.randint(0, 3))
            cursors = self.cursors.get(f"{name} {given.get('orderBy', '')}".strip(), ())
            if cursors and self.random.random() < 0.5:
                given["after" if forwards else "before"] = f'"{self.random.choice(cursors)}"'
        return f"({', '.join(f'{own}: {value}' for own, value in given.items())})" if given else ""

    def _value(self, name: str, kind: Any, *, of: str) -> str:
        inner = get_named_type(kind)
        if isinstance(inner, GraphQLInputObjectType):
            return self._input(inner, of)
        if is_list_type(get_nullable_type(kind)):
            return "[" + ", ".join(self._one(name, inner, of) for _ in range(self.random.randint(1, 3))) + "]"
        return self._one(name, inner, of)

    def _input(self, kind: GraphQLInputObjectType, of: str) -> str:
        names = list(kind.fields)
        order = set(names) == {"field", "direction"}
        chosen = (
            names
            if order
            else self.random.sample(names, min(len(names), self.random.choice((0, 1, 1, 2, 3))))
        )
        return (
            "{"
            + ", ".join(f"{own}: {self._value(own, kind.fields[own].type, of=of)}" for own in chosen)
            + "}"
        )

    def _one(self, name: str, kind: Any, of: str) -> str:
        if isinstance(kind, GraphQLEnumType):
            word: str = self.random.choice(sorted(kind.values))
            return word
        if kind.name == "ID":
            word = of if name in {"id", "ids"} else name.removesuffix("Ids").removesuffix("Id")
            noun = word[0].upper() + word[1:]
            known = self.known.get(noun)
            if not known or self.random.random() < 0.1:
                known = [each for key, ids in self.known.items() if key[0].isupper() for each in ids]
            return f'"{self.random.choice(known)}"'
        if kind.name == "Boolean":
            return self.random.choice(("true", "false"))
        if kind.name == "Int":
            return str(self.random.randint(0, 4))
        if kind.name == "Float":
            return self.random.choice(("0.05", "0.5", "0.92", "1.0"))
        return f'"{self.random.choice(self.known[_TIMES.get(kind.name) or self._texts(name)])}"'

    def _texts(self, name: str) -> str:
        return "hash" if name == "sha256" else "word"
