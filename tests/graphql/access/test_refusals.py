"""What is refused of an operation before it is executed, whatever way it is asked for."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_variable_values, parse, validate

from thumper.domain.access import SCOPES_OF, Role, Scope
from thumper.graphql.access.permissions import Permissions
from thumper.graphql.access.refusals import _KEPT, _KNOWN, Asked, refusals
from thumper.graphql.request.limits import chosen_operation, fragments_of
from thumper.graphql.schema import schema

SCHEMA: Any = schema._schema  # as strawberry's own extensions read it
GUEST = Permissions(Role.GUEST, SCOPES_OF[Role.GUEST])
MEMBER = Permissions(Role.MEMBER, SCOPES_OF[Role.MEMBER])
OWNER = Permissions(Role.OWNER, SCOPES_OF[Role.OWNER])
UPLOADER = Permissions(Role.OWNER, frozenset({Scope.INGEST}))
REVIEWER = Permissions(Role.MEMBER, frozenset({Scope.REVIEW}))
ALL = (OWNER, MEMBER, GUEST, UPLOADER, REVIEWER)

WHERE = "query ($where: ImageFilter) { mine: images(where: $where) { totalCount } }"


def refused(text: str, permissions: Permissions, **variables: Any) -> dict[str, Any]:
    """Return the field that each root field is refused for."""
    document = parse(text)
    assert validate(SCHEMA, document) == []
    operation = chosen_operation(document, None)
    assert isinstance(operation, OperationDefinitionNode)
    coerced = get_variable_values(SCHEMA, operation.variable_definitions or (), variables)
    assert not isinstance(coerced, list), coerced
    found = refusals(Asked(SCHEMA, operation, fragments_of(document)), permissions, lambda: coerced.coerced)
    told = {name: error.extensions or {} for name, error in found.items()}
    assert {each["code"] for each in told.values()} <= {"FORBIDDEN"}
    return {name: each["field"] for name, each in told.items()}


@pytest.mark.parametrize(
    "filtered",
    [
        {"tag": "wide"},
        {"starred": False},
        {"withoutNote": True},
        {"fileName": "IMG_0001.JPG"},
        {"path": "card"},
        {"dumpId": "x"},
        {"deliveredAgain": True},
    ],
)
def test_a_guest_may_not_filter_by_what_is_withheld(filtered: dict[str, Any]) -> None:
    (name,) = filtered
    assert refused(WHERE, GUEST, where=filtered) == {"mine": f"ImageFilter.{name}"}
    assert refused(WHERE, MEMBER, where=filtered) == {}
    assert refused(WHERE, GUEST, where={"media": "PHOTO", name: None}) == {}


def test_a_filter_is_found_wherever_it_is_written() -> None:
    default = 'query ($where: ImageFilter = {tag: "x"}) { images(where: $where) { totalCount } }'
    assert refused(default, GUEST) == {"images": "ImageFilter.tag"}
    assert refused(default, GUEST, where=None) == {}
    part = "query ($tag: String) { images(where: {tag: $tag}) { totalCount } }"
    assert refused(part, GUEST, tag="x") == {"images": "ImageFilter.tag"}
    assert refused(part, GUEST) == {}
    below = '{ allDeer { nodes { images(where: {tag: "x"}) { totalCount } } } locations { totalCount } }'
    assert refused(below, GUEST) == {"allDeer": "ImageFilter.tag"}
    assert refused('{ image(sha256: "00") { id } }', GUEST) == {"image": "Query.image.sha256"}
    assert refused('{ cameras(where: {serial: ""}) { totalCount } }', GUEST) == {
        "cameras": "CameraFilter.serial"
    }


def test_what_can_be_null_is_no_refusal() -> None:
    assert (
        refused("{ images { nodes { tags { name } note { text } dump { receipt { found } } } } }", GUEST)
        == {}
    )


def test_what_cannot_be_null_is_named_for_its_root_field() -> None:
    text = """{ mine: dump(id: "x") { receipt { found places { placed } } }
        __schema { queryType { name } } images { totalCount } }"""
    assert refused(text, UPLOADER) == {"mine": "Receipt.places", "images": "Query.images"}


def test_fragments_and_directives_are_followed() -> None:
    text = """
        query ($deep: Boolean!) { ...Roots }
        fragment Roots on Query {
            a: images { ...Page } b: image(id: "x") { id } ... @include(if: $deep) { tags { name } } }
        fragment Page on ImageConnection { ... on ImageConnection { totalCount } nodes { ... @skip(if: $deep) { id } } }
    """
    assert refused(text, GUEST, deep=True) == {"tags": "Query.tags"}
    assert refused(text, GUEST, deep=False) == {}
    assert refused(text, UPLOADER, deep=True) == {
        "a": "Query.images",
        "b": "Query.image",
        "tags": "Query.tags",
    }
    spread = """
        query ($deep: Boolean!) { ...A @include(if: $deep) ...A }
        fragment A on Query { tags { name } }
    """
    assert refused(spread, GUEST, deep=False) == {"tags": "Query.tags"}


def test_only_an_owner_shares_a_place() -> None:
    text = "mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) { errors { code } } }"
    assert refused(text, MEMBER, input={"locationId": "x", "name": "Ridge"}) == {}
    for shared in (True, False):
        given = {"locationId": "x", "shared": shared}
        assert refused(text, MEMBER, input=given) == {"updateLocation": "UpdateLocationInput.shared"}
        assert refused(text, OWNER, input=given) == {}


def test_a_change_whose_answer_may_not_be_read_is_refused() -> None:
    text = 'mutation {{ starImages(input: {{imageIds: ["x"]}}) {{ {} }} }}'
    assert refused(text.format("errors { code } images { id }"), REVIEWER) == {"starImages": "Image.id"}
    assert refused(text.format("errors { code message }"), REVIEWER) == {}
    assert refused(text.format("errors { code } images { id }"), MEMBER) == {}


def test_the_schema_is_no_secret() -> None:
    for permissions in ALL:
        assert (
            refused('{ __typename __schema { types { name } } __type(name: "Query") { name } }', permissions)
            == {}
        )


def test_an_error_says_what_is_needed() -> None:
    error = MEMBER.refusal_of("Mutation", "deleteImages")
    assert error.message == (
        "Mutation.deleteImages needs the role owner and the scope admin."
        " You have the role member and the scopes read, review, ingest."
    )
    assert error.extensions == {
        "code": "FORBIDDEN",
        "field": "Mutation.deleteImages",
        "roles": ["OWNER"],
        "scopes": ["ADMIN"],
    }


def test_what_has_no_rule_is_for_nobody() -> None:
    for permissions in ALL:
        assert not permissions.may_see("Image", "newField")
        assert not permissions.may_see("NewType", "id")
        assert not permissions.may_give("ImageFilter", "newField")
        assert not permissions.may_ask_by("Query.image.newArgument")


def test_what_was_sent_once_is_not_kept() -> None:
    document = parse("{ status { queueDepth } }")
    operation = chosen_operation(document, None)
    assert isinstance(operation, OperationDefinitionNode)
    asked = Asked(SCHEMA, operation, {})
    assert set(refusals(asked, GUEST, dict)) == {"status"}
    kept = weakref.ref(asked)
    del asked
    assert kept() is None
    for number in range(_KEPT + 10):
        refused(f"{{ status {{ a{number}: queueDepth }} }}", GUEST)
    assert len(_KNOWN) <= _KEPT
