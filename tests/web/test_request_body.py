from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api import Api
from thumper.web.request_body import read_json

QUERY = b'{"query": "{ __typename }"}'
JSON = "application/json"

NO_JSON: dict[str | bytes, str] = {
    b'{"a": 1, "b": 2, "a": 1}': "the key 'a' is given more than once",
    '{"a": {"b": [{"c": 1, "c": 2}]}}': "the key 'c' is given more than once",
    QUERY.decode().encode("utf-16"): "it is not in UTF-8",
    b'{"a": "\xff"}': "it is not in UTF-8",
    "[NaN]": "NaN is no number of JSON",
    "[-Infinity]": "-Infinity is no number of JSON",
    b"[" + b"9" * 4301 + b"]": "more than 4,300 digits",
    "[-" + "9" * 5000 + "]": "more than 4,300 digits",
    "[" * 100_000: "it nests too deeply",
    "": "Expecting value",
    "\ufeff\ufeff1": "Unexpected UTF-8 BOM",
    '{"a": 1}x': "Extra data",
}


@pytest.mark.parametrize(("text", "why"), NO_JSON.items())
def test_what_two_readers_could_understand_differently_is_refused(text: str | bytes, why: str) -> None:
    with pytest.raises(json.JSONDecodeError) as refused:
        read_json(text)
    assert why in refused.value.msg


@given(st.binary() | st.text())
def test_any_bytes_are_json_or_are_said_to_be_none(text: str | bytes) -> None:
    try:
        read = read_json(text)
    except json.JSONDecodeError:
        return
    decoded = text if isinstance(text, str) else text.decode()
    assert read == json.loads(decoded.removeprefix("\ufeff"))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=8
    )
)
def test_json_is_read_as_python_reads_it_with_or_without_a_byte_order_mark(value: object) -> None:
    text = json.dumps(value)
    assert read_json(text) == read_json(b"\xef\xbb\xbf" + text.encode()) == value


TAKEN = [
    (QUERY, JSON),
    (b"\xef\xbb\xbf" + QUERY, f"{JSON}; charset=utf-8"),
    (QUERY, "Application/JSON;charset=UTF-8"),
    (QUERY, f'{JSON}; profile="x"; charset="utf-8"'),
]
REFUSED = [
    (QUERY.decode().encode("utf-16"), JSON),
    (QUERY.decode().encode("utf-16-le"), JSON),
    (QUERY.decode().encode("utf-32"), JSON),
    (QUERY, f"{JSON}; charset=utf-16"),
    (QUERY, f"{JSON}; charset=latin-1"),
    (QUERY, "application/jsonp"),
    (QUERY, "text/plain"),
    (QUERY, ""),
    (b'{"query": "{ __typename }", "query": "{ status { __typename } }"}', JSON),
    (b'{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}', JSON),
    (b'{"query": "{ __typename }", "variables": {"n": ' + b"9" * 5000 + b"}}", JSON),
    (b'{"query": "{ __typename }", "variables": {"n": NaN}}', JSON),
    (b'{"query": "{ __typename }", "operationName": 7}', JSON),
    (b'{"query": "{ __typename }", "extensions": []}', JSON),
]


async def test_a_body_is_one_json_object_in_utf_8(api: Api) -> None:
    for content, kind in TAKEN:
        answer = await api.http.post("/graphql", content=content, headers={"content-type": kind})
        assert answer.json()["data"] == {"__typename": "Query"}, (content, kind)
    for content, kind in REFUSED:
        answer = await api.http.post("/graphql", content=content, headers={"content-type": kind})
        assert answer.status_code == 400, (content[:80], kind)
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"


QUERIES_REFUSED = [
    "query=%7B__typename%7D&query=%7B__typename%7D",
    "query=%ff",
    "query=%7B__typename%7D&variables=%7B",
    "query=%7B__typename%7D&variables=[1]",
    "query=%7B__typename%7D&variables=%7B%22n%22:" + "9" * 5000 + "%7D",
    "query=%7B__typename%7D&variables=%7B%22n%22:1,%22n%22:1%7D",
    "query=%7B__typename%7D&extensions=7",
]


async def test_an_address_holds_each_parameter_once_and_in_utf_8(api: Api) -> None:
    for query in QUERIES_REFUSED:
        answer = await api.http.get(f"/graphql?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    answer = await api.http.get("/graphql?query=%7B__typename%7D&variables=&operationName&t=1&t=2")
    assert answer.json()["data"] == {"__typename": "Query"}


async def test_half_a_surrogate_pair_is_answered_wherever_it_stands(api: Api) -> None:
    half: dict[str, list[dict[str, Any]]] = {
        "BAD_OPERATION": [{"query": "{ __typename }", "operationName": "\ud800"}],
        "BAD_SYNTAX": [
            {"query": "\ud800"},
            {"query": '{ node(id: "\ud800") { id } }'},
            {"query": '{ node(id: "\\ud800") { id } }'},
        ],
        "BAD_ID": [{"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": "\udfff"}}],
        "BAD_QUERY": [
            {"query": "query ($n: Int) { images(first: $n) { totalCount } }", "variables": {"n": "\ud800"}}
        ],
    }
    for code, bodies in half.items():
        for body in bodies:
            content = json.dumps(body)
            answer = await api.http.post("/graphql", content=content, headers={"content-type": JSON})
            assert answer.json()["errors"][0]["extensions"]["code"] == code, answer.text
            answer.content.decode("utf-8")


async def test_the_get_of_gql_carries_its_request_in_the_body(api: Api) -> None:
    """`RequestsHTTPTransport(method="GET")` sends the same body as with POST."""
    body = {"query": "query ($n: Int) { images(first: $n) { totalCount } }", "variables": {"n": 1}}
    answer = await api.http.request("GET", "/graphql", json=body)
    assert answer.json()["data"] == {"images": {"totalCount": 0}}
    change = {"query": 'mutation { createLocation(input: {name: "x"}) { location { id } } }'}
    refused = await api.http.request("GET", "/graphql", json=change)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    twice = await api.http.request("GET", "/graphql", params={"query": "{ __typename }"}, json=body)
    assert twice.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
