"""Operations of somebody who means harm: every argument and input filled with what programs stumble over."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

from tests.generated_operations import Drawing, Operation

TEXTS: Final = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202egnp.jpg",
    "\U0001f98c" * 300,
    "x" * 20_000,
    "'; DROP TABLE image; --",
    "' OR 1=1 --",
    "%' ESCAPE '!",
    "\\",
    "%",
    "_",
    "$1",
    "{{7*7}}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "null",
    "NaN",
    "\u0130\u0131",
    "WzEsImNhcHR1cmVkIl0=",
    "W10=",
    "e30=",
    "[" * 2000,
)
NUMBERS: Final = (
    0,
    -1,
    1,
    2**31 - 1,
    2**31,
    -(2**31),
    2**53,
    2**63,
    -(2**63),
    10**30,
    0.1,
    -0.0,
    1e308,
    100.0,
)
TIMES: Final = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "2024-02-30T00:00:00Z",
    "2024-11-03T01:30:00",
    "2024-11-09T12:00:00Z",
    "20241109",
    "1e9",
    "now",
    "infinity",
)
DEEPEST_INPUT: Final = 4
DAMAGE: Final = ("", "{", "}", "(", "$x", "...", '"', "@skip", "\x00", "\ufeff", "9" * 5000)


class HostileDrawing(Drawing):
    """Draws arguments that are of the right type often enough to get past validation, and of a wrong value."""

    deepest = 4
    """Fields inside one another of the operation that is drawn."""

    def mutation(self) -> Operation:
        """Draw a mutation of one field."""
        root = self.schema.mutation_type
        assert root is not None
        name = self.random.choice(sorted(root.fields))
        text = self._field(name, root.fields[name], depth=1)
        return self._operation("mutation", text)

    def _can_be_asked(self, each: GraphQLField, *, depth: int) -> bool:
        """Whether it is not too deep; inputs are drawn as well."""
        return depth < self.deepest or not isinstance(get_nullable_type(each.type), GraphQLObjectType)

    def _arguments(self, name: str, each: GraphQLField) -> str:
        given = [
            f"{own}: {self._variable(str(argument.type), self._value(argument.type, f'{name} {own}', depth=0))}"
            for own, argument in each.args.items()
            if is_required_argument(argument) or self.random.random() < 0.35
        ]
        return f"({', '.join(given)})" if given else ""

    def _value(self, kind: GraphQLInputType, about: str, *, depth: int) -> Any:
        """Draw a value; `about` are the names of the fields that it is for."""
        if not is_non_null_type(kind) and self.random.random() < 0.15:
            return None
        inner: Any = get_nullable_type(kind)
        if is_list_type(inner):
            times = self.random.choice((0, 1, 1, 2, 5, 101))
            return [self._value(inner.of_type, about, depth=depth) for _ in range(times)]
        if isinstance(inner, GraphQLInputObjectType):
            return self._input(inner, about, depth=depth)
        if isinstance(inner, GraphQLEnumType):
            return self.random.choice(sorted(inner.values))
        return self._scalar(inner.name, about)

    def _input(self, kind: GraphQLInputObjectType, about: str, *, depth: int) -> dict[str, Any]:
        share = 0.35 if depth < DEEPEST_INPUT else 0.0
        return {
            name: self._value(each.type, f"{about} {name}", depth=depth + 1)
            for name, each in kind.fields.items()
            if is_non_null_type(each.type) or self.random.random() < share
        }

    def _scalar(self, name: str, about: str) -> Any:
        fitting = self._fitting(about) if self.random.random() < 0.8 else []
        known = fitting or [each for ids in self.ids.values() for each in ids]
        likely: dict[str, Sequence[Any]] = {
            "ID": known if fitting else (*known, *TEXTS),
            "Int": (0, 1, 2, 5, 100, 101, -1, 2**31 - 1),
            "BigInt": (0, 1, 2**53 - 1, -1, 2**63),
            "Float": (0.0, 0.5, 1.0, -1.0, 1e308, 5e-324),
            "Boolean": (True, False),
            "DateTime": TIMES,
            "LocalDateTime": TIMES,
            "Date": ("2024-11-09", "0001-01-01", "9999-12-31", "2024-02-30"),
            "LocalTime": ("06:30", "18:00:00", "00:00", "23:59:59", "24:00"),
        }
        if self.random.random() < 0.05:
            return self.random.choice((*TEXTS, *NUMBERS, True, [], {}))
        return self.random.choice(likely.get(name, TEXTS))

    def _fitting(self, about: str) -> list[str]:
        """Return ids of the type that the names speak of, the last of them first: `deleteDeer input id`."""
        for word in reversed(re.findall(r"[A-Z]?[a-z]+", about)):
            if known := self.ids.get(word.capitalize().removesuffix("s")):
                return list(known)
        return []


def damaged(text: str, random: Random) -> str:
    """Return a document with one place changed, so that parser and validation are tried as well."""
    at = random.randrange(len(text))
    piece = random.choice(
        ("", "{", "}", "(", "$x", "...", '"', "@skip", "\x00", "\ufeff", "9" * 5000, text[at : at + 30])
    )
    return text[:at] + piece + text[at + random.randrange(3) :]


def hostile_request(drawing: HostileDrawing) -> bytes:
    """Return the body of one request."""
    # Most are small: what is large takes ten times as long, and tries the same resolvers with the same values.
    drawing.deepest = drawing.random.choice((1, 2, 2, 3, 4))
    operation = drawing.mutation() if drawing.random.random() < 0.4 else drawing.query()
    text = damaged(operation.text, drawing.random) if drawing.random.random() < 0.15 else operation.text
    return json.dumps({"query": text, "variables": operation.variables}).encode()
