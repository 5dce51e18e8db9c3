from __future__ import annotations

import json
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from thumper.store import models
from thumper.store.places.locations import LocationSearch

NEW = "application/graphql-response+json"
JSON = {"content-type": "application/json"}
MUTATION = 'mutation { createLocation(input: {name: "x"}) { location { id } errors { code } } }'
SUBSCRIPTION = "subscription { status { __typename } }"


async def test_the_media_type_is_the_one_asked_for(api: Api) -> None:
    for accept, expected in (
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (NEW, NEW),
        (f"{NEW}; charset=utf-8, application/json;q=0.9", NEW),
        (f"application/json, {NEW}", "application/json"),
        (f"{NEW};q=0, application/json", "application/json"),
    ):
        headers = {} if accept is None else {"accept": accept}
        request = api.http.build_request("POST", "/graphql", json={"query": "{ __typename }"})
        del request.headers["accept"]
        request.headers.update(headers)
        answer = await api.http.send(request)
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == expected
        assert answer.json()["data"] == {"__typename": "Query"}
        assert answer.headers["x-request-id"]


NOT_EXECUTED: list[tuple[dict[str, Any], str]] = [
    ({"query": "{"}, "BAD_SYNTAX"),
    ({"query": "{ unicorns }"}, "BAD_QUERY"),
    (
        {"query": "query ($n: Int!) { images(first: $n) { totalCount } }", "variables": {"n": "x"}},
        "BAD_QUERY",
    ),
    ({"query": "query ($n: Int!) { images(first: $n) { totalCount } }"}, "BAD_QUERY"),
]


async def test_a_request_that_was_not_executed_has_no_data_and_status_400(api: Api) -> None:
    for body, code in NOT_EXECUTED:
        answer = await api.http.post("/graphql", json=body, headers={"accept": NEW})
        assert answer.status_code == 400
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["extensions"]["code"] == code
        plain = await api.http.post("/graphql", json=body)
        assert plain.status_code == 200
        assert "data" not in plain.json()


async def test_an_error_of_a_field_leaves_the_rest_and_status_200(api: Api) -> None:
    query = '{ __typename node(id: "zzz") { id } }'
    answer = await api.http.post("/graphql", json={"query": query}, headers={"accept": NEW})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"__typename": "Query", "node": None}
    assert answer.json()["errors"][0]["path"] == ["node"]


REFUSALS: list[tuple[str, dict[str, Any], int, str]] = [
    ("PUT", {"json": {"query": "{ __typename }"}}, 405, "BAD_METHOD"),
    ("DELETE", {}, 405, "BAD_METHOD"),
    ("GET", {"params": {"query": MUTATION}}, 405, "BAD_METHOD"),
    ("GET", {"params": {"query": SUBSCRIPTION}}, 406, "NEEDS_STREAM"),
    ("POST", {"json": {"query": SUBSCRIPTION}}, 406, "NEEDS_STREAM"),
    ("GET", {}, 400, "NO_QUERY"),
    ("POST", {"json": {}}, 400, "NO_QUERY"),
    ("POST", {"json": None}, 400, "BAD_REQUEST"),
    ("POST", {"json": [{"query": "{ __typename }"}]}, 400, "BAD_REQUEST"),
    ("POST", {"content": b"{", "headers": JSON}, 400, "BAD_REQUEST"),
    ("POST", {"content": b"[" * 100_000, "headers": JSON}, 400, "BAD_REQUEST"),
    ("POST", {"content": b"\xff", "headers": JSON}, 400, "BAD_REQUEST"),
    ("POST", {"content": b"{ __typename }"}, 400, "BAD_REQUEST"),
    ("POST", {"data": {"query": "{ __typename }"}}, 400, "BAD_REQUEST"),
    ("POST", {"json": {"query": 7}}, 400, "BAD_REQUEST"),
    ("POST", {"json": {"query": "{ __typename }", "variables": [1]}}, 400, "BAD_REQUEST"),
    ("POST", {"json": {"query": "{ __typename }", "operationName": "x"}}, 400, "BAD_OPERATION"),
    ("POST", {"content": b" " * 300_000, "headers": JSON}, 413, "TOO_LARGE"),
]


async def test_every_refusal_is_json_with_a_code(api: Api) -> None:
    for method, extra, status, code in REFUSALS:
        answer = await api.http.request(method, "/graphql", **extra)
        assert answer.status_code == status, (method, extra, answer.text)
        assert answer.headers["content-type"].startswith("application/json")
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == code
        if code == "NEEDS_STREAM":
            assert api.url.replace("http", "ws") + "/graphql" in error["message"]
            assert "graphql-transport-ws" in error["message"]
            assert "Accept: text/event-stream" in error["message"]
    assert not await models.Location.exists()


async def test_a_query_may_be_sent_by_get_with_variables(api: Api) -> None:
    query = "query ($n: Int) { images(first: $n) { totalCount } }"
    answer = await api.http.get("/graphql", params={"query": query, "variables": json.dumps({"n": 1})})
    assert answer.json()["data"] == {"images": {"totalCount": 0}}


async def test_a_query_by_get_can_be_kept_and_asked_about_again(api: Api) -> None:
    ask = {"query": "{ locations { totalCount } }"}
    first = await api.http.get("/graphql", params=ask)
    headers = first.headers
    assert (headers["vary"], headers["cache-control"]) == ("Accept", "private, no-cache")
    for known in (headers["etag"], f'"x", W/{headers["etag"]}', "*"):
        again = await api.http.get("/graphql", params=ask, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "vary", "cache-control"):
            assert again.headers[name] == headers[name]
        assert again.headers["x-request-id"] != headers["x-request-id"]
    other = await api.http.get("/graphql", params=ask, headers={"accept": NEW})
    assert other.headers["etag"] != headers["etag"]
    await make.make_location("Creek")
    changed = await api.http.get("/graphql", params=ask, headers={"if-none-match": headers["etag"]})
    assert changed.json()["data"] == {"locations": {"totalCount": 1}}
    assert changed.headers["etag"] != headers["etag"]
    posted = await api.http.post("/graphql", json=ask, headers={"if-none-match": "*"})
    assert (posted.status_code, "etag" in posted.headers) == (200, False)


async def test_what_was_refused_is_not_kept_and_never_not_modified(api: Api) -> None:
    for ask, accept, status in (
        ({}, "*/*", 400),
        ({"query": "{"}, NEW, 400),
        ({"query": MUTATION}, "*/*", 405),
    ):
        headers = {"accept": accept, "if-none-match": "*"}
        answer = await api.http.get("/graphql", params=ask, headers=headers)
        assert answer.status_code == status
        assert answer.headers["cache-control"] in {"no-store", "private, no-cache"}
        assert answer.json()["errors"]


async def test_head_answers_as_get_without_the_content(api: Api) -> None:
    paths = ["/", "/graphql?query={__typename}", "/graphql", "/graphql?query=mutation{x}", "/health/live"]
    for path in [*paths, "/health/ready", "/nowhere", "/media/x/thumb", "/pages/icon.svg"]:
        got, head = await api.http.get(path), await api.http.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        for name in ("content-type", "content-length", "etag", "cache-control", "vary", "allow"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)


async def test_the_text_of_a_bug_goes_to_the_log_and_not_to_the_client(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("secret path /home/someone")

    monkeypatch.setattr(LocationSearch, "conditions", fail)
    answer = await api.http.post("/graphql", json={"query": "{ locations { totalCount } }"})
    assert "secret" not in answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    request_id = error["extensions"]["requestId"]
    assert request_id == answer.headers["x-request-id"]
    assert request_id in error["message"]
    logged = capsys.readouterr().out
    assert request_id in logged
    assert "secret path" in logged
