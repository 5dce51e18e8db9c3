from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    Undefined,
    build_schema,
    get_named_type,
    is_non_null_type,
)

import thumper
from thumper.domain.access import SCOPES_OF, Role
from thumper.graphql.access.permissions import Permissions
from thumper.graphql.access.rule import EVERYBODY
from thumper.graphql.access.table import FIELDS
from thumper.graphql.relay.change import Payload
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


def test_a_refused_mutation_answers_with_nothing_but_its_errors() -> None:
    for kind in TYPES:
        if isinstance(kind, GraphQLObjectType) and {"Payload", "Preview"} & {
            own.name for own in kind.interfaces
        }:
            for name, field in kind.fields.items():
                if name != "errors":
                    assert not is_non_null_type(field.type), f"{kind.name}.{name}"
                    assert re.search("null .*refused", field.description or "", re.IGNORECASE), (
                        f"{kind.name}.{name}"
                    )
    for refused in _payloads(Payload):
        made = refused(errors=[])
        told = {own.name: getattr(made, own.name) for own in dataclasses.fields(made) if own.name != "errors"}
        assert [name for name, value in told.items() if not (value is None or callable(value))] == [], refused


def _payloads(kind: type[Payload]) -> list[type[Payload]]:
    return [kind, *(below for own in kind.__subclasses__() for below in _payloads(own))]


def _answered() -> Iterator[tuple[str, str, Any]]:
    """Yield the type, the name and the definition of every field that is answered."""
    for kind in TYPES:
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            yield from ((kind.name, name, field) for name, field in kind.fields.items())


def _given() -> Iterator[tuple[str, str, Any]]:
    """Yield the place, the name and the definition of every argument and of every field of an input."""
    for kind in TYPES:
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((kind.name, name, field) for name, field in kind.fields.items())
    for kind_name, name, field in _answered():
        yield from ((f"{kind_name}.{name}", argument, value) for argument, value in field.args.items())


def test_an_argument_that_is_refused_takes_nothing_else_from_the_answer() -> None:
    for kind, name, field in _answered():
        if kind == "Query" or (field.args and kind not in {"Mutation", "Subscription"}):
            assert not is_non_null_type(field.type), f"{kind}.{name}"


def test_what_takes_an_id_is_called_so() -> None:
    for place, name, value in _given():
        ends = ("Ids", "ids") if "[" in str(value.type) else ("Id", "id")
        assert (get_named_type(value.type).name == "ID") == name.endswith(ends), f"{place} {name}"
        assert not (place.endswith("Input") and name in {"id", "ids"}), f"{place} {name}"


def test_only_a_look_up_that_answers_with_the_record_itself_takes_its_id_as_id() -> None:
    for kind, name, field in _answered():
        if {"id", "ids"} & set(field.args):
            answered: Any = get_named_type(field.type)
            nodes = {answered.name, *(own.name for own in getattr(answered, "interfaces", ()))}
            assert (kind, "Node" in nodes) == ("Query", True), f"{kind}.{name}"


def test_a_filter_and_an_order_by_a_time_are_called_as_the_field_that_shows_it() -> None:
    for kind in TYPES:
        if isinstance(kind, GraphQLObjectType) and f"{kind.name}Order" in SCHEMA.type_map:
            shown = {name for name, field in kind.fields.items() if str(field.type).startswith("DateTime")}
            asked: Any = SCHEMA.type_map[f"{kind.name}Filter"]
            # Of instants: a local day, and a time of day, are no field of a record (decision 065).
            said = {
                name
                for name, field in asked.fields.items()
                if name.endswith(("After", "Before")) and str(field.type) == "DateTime"
            }
            elsewhere = (
                {"takenAt"} if "image" in kind.fields else {"seenAt"} if kind.name == "Deer" else set()
            )
            assert {re.sub("(After|Before)$", "At", name) for name in said} <= shown | elsewhere, kind.name


SORTED_BY_WHAT_STANDS_ELSEWHERE = {
    "Deer.SIGHTING_COUNT",  # sightings { totalCount }
    "Detection.CONFIDENCE",  # predicted { confidence }
    "Detection.CREATED",
    "Detection.TAKEN",  # image { takenAt }
    "Sighting.TAKEN",
}


def test_an_order_is_called_as_the_field_that_it_sorts_by() -> None:
    strange = set()
    for kind in TYPES:
        if isinstance(kind, GraphQLEnumType) and kind.name.endswith("OrderField"):
            sorted_kind: Any = SCHEMA.type_map[kind.name.removesuffix("OrderField")]
            for value in kind.values:
                first, *rest = value.lower().split("_")
                name = first + "".join(word.capitalize() for word in rest)
                if not {name, f"{name}At"} & set(sorted_kind.fields):
                    strange.add(f"{sorted_kind.name}.{value}")
    assert strange == SORTED_BY_WHAT_STANDS_ELSEWHERE


def test_times_as_bounds_say_that_the_first_is_included_and_the_last_is_not() -> None:
    for place, name, value in _given():
        if get_named_type(value.type).name in {"DateTime", "LocalDateTime"} and name.endswith(
            ("After", "Before")
        ):
            said = "or later" if name.endswith("After") else "before this"
            assert said in value.description, f"{place} {name}"
        elif get_named_type(value.type).name in {"DateTime", "LocalDateTime"}:
            assert not name.endswith(("From", "Until", "Since", "To")), f"{place} {name}"


def test_what_has_a_default_may_be_left_out_by_generated_clients() -> None:
    for place, name, value in _given():
        if value.default_value is not Undefined:
            assert not is_non_null_type(value.type), f"{place} {name}"


def test_lists_take_a_filter_an_order_and_a_page_alike() -> None:
    for kind, name, field in _answered():
        if get_named_type(field.type).name.endswith("Connection"):
            said = ["where", "orderBy", "first", "after", "last", "before"]
            assert list(field.args) == said, f"{kind}.{name}"


def test_who_did_something_and_where_something_lies_are_types_of_their_own() -> None:
    """An actor can grow, and a generator makes a link of a URL."""
    for kind, name, field in _answered():
        if name == "actor" or name.endswith("By"):
            assert get_named_type(field.type).name == "Actor", f"{kind}.{name}"
        if kind == "ImageUrls" or name in {"url", "link"} or name.endswith("Url"):
            assert get_named_type(field.type).name in {"URL", "SignInLink"}, f"{kind}.{name}"
        if (kind != "Mutation" and name.endswith(("Local", "Clock"))) or re.match(
            "shown(After|Before)$", name
        ):
            assert get_named_type(field.type).name == "LocalDateTime", f"{kind}.{name}"


def test_what_is_said_of_one_live_transport_is_said_of_the_other() -> None:
    assert SCHEMA.subscription_type is not None
    live: Any = SCHEMA.type_map["LiveMessage"]
    assert {"WebSocket", "SSE"} <= set(re.findall(r"\w+", SCHEMA.subscription_type.description or ""))
    texts = list[str]()
    for field in SCHEMA.subscription_type.fields.values():
        texts += [field.description or "", *(value.description or "" for value in field.args.values())]
        assert "Over SSE the header Last-Event-ID says the same." in field.args["after"].description
        message: Any = get_named_type(field.type)
        assert [own.name for own in message.interfaces] == ["LiveMessage"]
        texts += [own.description for own in message.fields.values()]
        assert message.fields["seq"].description == live.fields["seq"].description
    for text in texts:
        assert not re.search("websocket|socket|graphql-transport-ws", text, re.IGNORECASE), text
    assert "over SSE it is the id of the event" in live.fields["seq"].description


def test_no_query_answers_with_what_a_mutation_does() -> None:
    assert SCHEMA.query_type is not None
    assert SCHEMA.mutation_type is not None
    for name, field in SCHEMA.query_type.fields.items():
        kind: Any = get_named_type(field.type)
        assert not kind.name.endswith("Payload")
        if name.endswith("Preview"):
            assert [own.name for own in kind.interfaces] == ["Preview"]
            assert name.removesuffix("Preview") in SCHEMA.mutation_type.fields


def test_a_count_is_never_called_like_the_list_of_what_it_counts() -> None:
    nouns = {f"{kind.name[0].lower()}{kind.name[1:]}s" for kind in TYPES if not kind.name.endswith("s")}
    for kind, name, field in _answered():
        if get_named_type(field.type).name in {"Int", "BigInt"}:
            assert name not in nouns, f"{kind}.{name}"


BY_ROW = {"Coordinates.latitude", "Coordinates.longitude", "Image.coordinates", "Location.coordinates"}
"""What a guest may be given less of, or nothing, by the row and not by the field."""


def test_what_a_guest_may_be_denied_can_be_withheld() -> None:
    guest = Permissions(Role.GUEST, SCOPES_OF[Role.GUEST])
    for kind, name, field in _answered():
        place, rules = f"{kind}.{name}", FIELDS[kind].values()
        hidden = place in BY_ROW or not guest.may_see(kind, name)
        if hidden and EVERYBODY in rules and kind != "Query":
            assert not is_non_null_type(field.type), place
        if "withheld from" in field.description:
            assert hidden, place
