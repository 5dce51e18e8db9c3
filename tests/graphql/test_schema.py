from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
)

import thumper
from thumper.graphql.schema import sdl

SDL_FILE = Path(thumper.__file__).parent / "graphql" / "schema.graphql"
SCHEMA = build_schema(sdl())
TYPES = [kind for name, kind in sorted(SCHEMA.type_map.items()) if not name.startswith("__")]


def test_the_checked_in_schema_is_the_one_that_is_served() -> None:
    assert SDL_FILE.read_text() == sdl(), "run: thumper schema > thumper/graphql/schema.graphql"


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_everything_is_described(kind: GraphQLNamedType) -> None:
    assert list(_undescribed(kind)) == []


def _undescribed(kind: GraphQLNamedType) -> list[str]:
    missing = [] if kind.description else [kind.name]
    if isinstance(kind, GraphQLEnumType):
        missing += [f"{kind.name}.{name}" for name, value in kind.values.items() if not value.description]
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in kind.fields.items():
            if not field.description:
                missing.append(f"{kind.name}.{name}")
            for argument, value in getattr(field, "args", {}).items():
                if not value.description:
                    missing.append(f"{kind.name}.{name}({argument})")
    return missing


def test_names_follow_the_conventions() -> None:
    for kind in TYPES:
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", kind.name)
        if isinstance(kind, GraphQLEnumType):
            assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in kind.values)
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in kind.fields)


def test_every_mutation_takes_one_input_and_answers_with_typed_errors() -> None:
    assert SCHEMA.mutation_type is not None
    for name, field in SCHEMA.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        payload = SCHEMA.type_map[f"{name[0].upper()}{name[1:]}Payload"]
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["errors"].type) == "[UserError!]!"
