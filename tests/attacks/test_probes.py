"""What graphql-cop and its like try first: each probe is refused, or gives away nothing that is not in the SDL."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest

from tests.api import Api
from thumper.graphql.request.limits import MOST_COST
from thumper.graphql.schema import sdl

FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
MUTATION: Final = 'mutation { createLocation(input: {name: "CSRF"}) { location { id } } }'
NESTED: Final = (
    "{ name fields { name type { name fields { name type { name fields { name type { name } } } } } } }"
)

OVERLOADS: Final = {
    "aliases": (
        "{ images { nodes {" + " ".join(f"a{n}: fileName" for n in range(101)) + "} } }",
        "TOO_MANY_ALIASES",
    ),
    "directives": ("{ __typename " + "@skip(if: false) " * 50 + "}", "TOO_MANY_DIRECTIVES"),
    "root fields": (
        "{" + " ".join(f"a{n}: status {{ unplacedImageCount }}" for n in range(50)) + "}",
        "TOO_MANY_FIELDS",
    ),
    "circular fragments": (
        "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "BAD_QUERY",
    ),
    "circular introspection": (f"{{ __schema {{ types {NESTED} }} }}", "TOO_DEEP"),
    "introspection many times": (
        "{" + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(20)) + "}",
        "TOO_MANY_FIELDS",
    ),
    "tokens": ("{" + " __typename" * 3_000 + "}", "TOO_MANY_TOKENS"),
    "depth": (
        "{ images { nodes { " + "dump { files { nodes { image { " * 4 + "id" + " } } } }" * 4 + " } } }",
        "TOO_DEEP",
    ),
    "objects": (
        "{ images(first: 100) { nodes { dump { files(first: 100) { nodes { path } } } } } }",
        "TOO_COSTLY",
    ),
    "characters": ("{ __typename #" + "x" * 300_000 + "\n}", "TOO_LARGE"),
}
"""Documents that ask for too much, one way each, and what says so."""


@pytest.mark.parametrize("way", OVERLOADS)
async def test_a_document_that_asks_for_too_much_is_refused_with_a_code(api: Api, way: str) -> None:
    query, code = OVERLOADS[way]
    answer = await api.http.post("/graphql", json={"query": query})
    assert answer.status_code < 500
    parsed = answer.json()
    assert parsed.get("data") is None
    # A directive that stands on one place twice is wrong besides.
    assert code in {error["extensions"]["code"] for error in parsed["errors"]} <= {code, "BAD_QUERY"}


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


async def test_a_suggestion_names_what_the_schema_names_and_no_more(api: Api) -> None:
    """Who may not see a field may read of it all the same: the schema is in the documentation."""
    (error,) = (await api.post("{ image { fileNam } }"))["errors"]
    assert error["extensions"]["code"] == "BAD_QUERY"
    suggested = set(re.findall(r"'(\w+)'", error["message"])) - {"fileNam", "Image"}
    assert "fileName" in suggested
    assert all(re.search(rf"^  {word}\b", sdl(), re.MULTILINE) for word in suggested)
    assert (await api.anonymous.post("/graphql", json={"query": "{ image { fileNam } }"})).status_code == 401


async def test_the_query_page_and_a_query_by_get_are_for_ones_own_pages_alone(api: Api) -> None:
    opened = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    page = await api.anonymous.get("/graphql", params={"query": "{ __typename }"}, headers=opened)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["x-frame-options"] == "DENY"
    asked = {"query": "{ __typename }"}
    assert (await api.http.get("/graphql", params=asked)).json()["data"] == {"__typename": "Query"}
    foreign = await api.http.get("/graphql", params=asked, headers={"sec-fetch-site": "cross-site"})
    assert (foreign.status_code, foreign.json()["errors"][0]["extensions"]["code"]) == (403, "BAD_ORIGIN")


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
