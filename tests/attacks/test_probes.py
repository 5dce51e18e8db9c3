"""What graphql-cop and its like try first: each probe is refused, or gives away nothing that is not in the SDL."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from tests.api import Api
from thumper.graphql.request.limits import MOST_COST

FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
MUTATION: Final = 'mutation { createLocation(input: {name: "CSRF"}) { location { id } } }'
NESTED: Final = (
    "{ name fields { name type { name fields { name type { name fields { name type { name } } } } } } }"
)

OVERLOADS: Final = {
    "aliases": "{" + " ".join(f"a{n}: __typename" for n in range(101)) + "}",
    "directives": "{ __typename " + "@skip(if: false) " * 50 + "}",
    "root fields": "{" + " ".join(f"a{n}: status {{ unplacedImageCount }}" for n in range(50)) + "}",
    "circular fragments": "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "circular introspection": f"{{ __schema {{ types {NESTED} }} }}",
    "introspection many times": "{"
    + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(20))
    + "}",
    "tokens": "{" + " __typename" * 3_000 + "}",
    "depth": "{ images { nodes { " + "dump { files { nodes { image { " * 4 + "id" + " } } } }" * 4 + " } } }",
    "objects": "{ images(first: 100) { nodes { dump { files(first: 100) { nodes { path } } } } } }",
    "characters": "{ __typename #" + "x" * 300_000 + "\n}",
}
"""Documents that ask for too much, one way each."""


@pytest.mark.parametrize("way", OVERLOADS)
async def test_a_document_that_asks_for_too_much_is_refused_with_a_code(api: Api, way: str) -> None:
    answer = await api.http.post("/graphql", json={"query": OVERLOADS[way]})
    assert answer.status_code < 500
    parsed = answer.json()
    assert parsed.get("data") is None
    codes = [error["extensions"]["code"] for error in parsed["errors"]]
    assert codes != []
    assert "INTERNAL" not in codes


async def test_the_same_field_twenty_times_is_answered_once(api: Api) -> None:
    assert await api.ask("{" + " __typename" * 20 + "}") == {"__typename": "Query"}
    assert await api.refused("{" + " __typename" * 500 + "}") == "TOO_MANY_FIELDS"


async def test_a_list_of_operations_is_refused(api: Api) -> None:
    answer = await api.http.post("/graphql", json=[{"query": "{ __typename }"}] * 10)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


WAYS_OF_A_FOREIGN_PAGE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("GET", {"params": {"query": MUTATION}}),
    ("POST", {"params": {"query": MUTATION}}),
    ("POST", {"content": f"query={MUTATION}", "headers": FORM}),
    ("POST", {"content": json.dumps({"query": MUTATION}), "headers": {"content-type": "text/plain"}}),
    ("POST", {"content": json.dumps({"query": MUTATION})}),
    ("POST", {"files": {"operations": (None, json.dumps({"query": MUTATION})), "map": (None, "{}")}}),
    ("PUT", {"json": {"query": MUTATION}}),
)
"""What a page can have a browser send to another site without asking it first."""


@pytest.mark.parametrize(("method", "request_"), WAYS_OF_A_FOREIGN_PAGE)
async def test_no_way_that_a_foreign_page_has_changes_anything(
    api: Api, method: str, request_: dict[str, Any]
) -> None:
    answer = await api.http.request(method, "/graphql", **request_)
    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["extensions"]["code"]
    assert (await api.ask("{ locations { totalCount } }"))["locations"]["totalCount"] == 0


async def test_an_answer_says_nothing_of_how_it_was_made(api: Api) -> None:
    for query in ("{ __typename }", "{ unicorns }", "{", '{ node(id: "x") { id } }'):
        headers = {"x-apollo-tracing": "1", "apollo-query-plan-experimental": "1", "debug": "true"}
        answer = await api.http.post("/graphql", json={"query": query}, headers=headers)
        parsed = answer.json()
        assert set(parsed.get("extensions", {})) <= {"cost"}
        assert "Traceback" not in answer.text
        assert ".py" not in answer.text
        assert "server" not in answer.headers


async def test_the_cost_of_introspection_is_told_and_one_is_allowed(api: Api) -> None:
    answer = await api.post("{ __schema { types { name fields { name description } } } }")
    assert len(answer["data"]["__schema"]["types"]) > 100
    assert 0 < answer["extensions"]["cost"]["requested"] <= MOST_COST
