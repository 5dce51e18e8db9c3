"""The table of access is complete: what the schema has, it has a rule for, and no rule for anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from tests.clients.access_table import PAGE, written
from thumper.graphql.access.rule import Rule
from thumper.graphql.access.table import ARGUMENT_RULES, FIELDS, INPUT_FIELDS, PAGING, RULED_BY_TYPE
from thumper.graphql.schema import sdl


def printed() -> GraphQLSchema:
    """Return the schema as clients read it."""
    return build_schema(sdl())


def fields_of(schema: GraphQLSchema) -> set[str]:
    """Return `Type.field` of each field that can be selected."""
    kinds = [
        kind
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__")
    ]
    return {f"{kind.name}.{name}" for kind in kinds for name in kind.fields}


def inputs_of(schema: GraphQLSchema) -> set[str]:
    """Return `Type.field` of each field of an input."""
    kinds = [kind for kind in schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
    return {f"{kind.name}.{name}" for kind in kinds for name in kind.fields}


def arguments_of(schema: GraphQLSchema) -> Iterator[str]:
    """Yield `Type.field.argument` of each argument that is not ruled by its type."""
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        for name, field in kind.fields.items():
            own = set(field.args) - RULED_BY_TYPE - (PAGING if "first" in field.args else set())
            yield from (f"{kind.name}.{name}.{each}" for each in own)


def named(table: Mapping[str, Mapping[str, Rule]]) -> set[str]:
    """Return `Type.field` of each field that has a rule."""
    return {f"{kind}.{name}" for kind, rules in table.items() for name in rules}


def test_each_field_of_the_printed_schema_has_a_rule_and_each_rule_a_field() -> None:
    assert named(FIELDS) == fields_of(printed())


def test_each_field_of_an_input_has_a_rule_and_each_rule_a_field() -> None:
    assert named(INPUT_FIELDS) == inputs_of(printed())


def test_each_argument_has_a_rule_and_each_rule_an_argument() -> None:
    assert set(ARGUMENT_RULES) == set(arguments_of(printed()))


def test_what_is_ruled_by_its_type_is_an_input_whose_fields_have_rules() -> None:
    for kind in printed().type_map.values():
        for field in getattr(kind, "fields", {}).values():
            for name in RULED_BY_TYPE & set(getattr(field, "args", ())):
                word = str(field.args[name].type).rstrip("!")
                assert word in INPUT_FIELDS, f"{kind.name} takes {name}: {word}"


def test_the_documentation_shows_the_table_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page, "run: make schema"
