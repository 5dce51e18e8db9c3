"""The clients that strangers use get the same answers, each over its own transport."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from gql import Client, GraphQLRequest
from gql.transport.async_transport import AsyncTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

from tests import factories as make
from tests.api import Api, running_api
from tests.clients.cases import CHOSEN, MUTATIONS, QUERIES, SUBSCRIPTIONS, Case, with_ids
from tests.sign_in import headers_at
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings

pytestmark = pytest.mark.slow

HERE: Final = Path(__file__).parent
ONCE = (*QUERIES, *MUTATIONS)
EVERYTHING = (*QUERIES, *CHOSEN, *MUTATIONS, *SUBSCRIPTIONS)
JAVASCRIPT: Final[dict[str, Sequence[Case]]] = {
    "graphql-http": (*QUERIES, *CHOSEN, *MUTATIONS),
    "graphql-ws": EVERYTHING,
    "graphql-sse": EVERYTHING,
    "urql-post": ONCE,
    "urql-get": QUERIES,
    "urql-sse": (*ONCE, *SUBSCRIPTIONS),
}
"""Which client is asked what: GET carries no mutation, and urql takes documents of one operation."""

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranch:
    """An API with some rows, and what their ids are."""

    api: Api
    ids: dict[str, str]

    @property
    def url(self) -> str:
        """Return where the API is."""
        return f"{self.api.url}/graphql"

    def cases(self, cases: Sequence[Case]) -> list[Case]:
        """Return the cases with ids."""
        return [with_ids(case, self.ids) for case in cases]

    async def expected(self, case: Case) -> Answer:
        """Return what plain HTTP answers to anything but a subscription."""
        answer = (await self.api.http.post("/graphql", json=case.request())).json()
        return {
            "data": answer.get("data"),
            "codes": [e["extensions"]["code"] for e in answer.get("errors", ())],
        }


@pytest_asyncio.fixture
async def ranch(settings: Settings) -> AsyncIterator[Ranch]:
    async with running_api(settings) as api:
        await make.make_location("Oak Stand")
        await make.make_deer("Hugo")
        dump, detector = await make.make_dump(), await make.make_detector()
        for boxes in range(3):
            await make.make_boxed_image(dump, detector, boxes=boxes)
        first = await api.ask("{ images(first: 2) { pageInfo { endCursor } } }")
        ids = {
            "END_CURSOR": first["images"]["pageInfo"]["endCursor"],
            "UNKNOWN": encode("Image", make.unknown_id()),
            "DUMP": encode("Dump", dump.id),
        }
        yield Ranch(api, ids)


async def node(script: str, *arguments: str, url: str, stdin: str = "") -> Any:
    """Run a script of this folder; return the JSON that it prints."""
    running = await asyncio.create_subprocess_exec(
        *("node", script, *arguments, url),
        cwd=HERE,
        env=os.environ | {"AUTHORIZATION": headers_at(url)["authorization"]},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaint = await running.communicate(stdin.encode())
    assert running.returncode == 0, f"{complaint.decode()}\nHas `make clients` been run?"
    return json.loads(printed)


async def test_every_audit_of_graphql_over_http_passes(ranch: Ranch) -> None:
    results = await node("audit.js", url=ranch.url)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61


@pytest.mark.parametrize("name", JAVASCRIPT)
async def test_a_javascript_client_gets_the_answers_of_plain_http(ranch: Ranch, name: str) -> None:
    cases = ranch.cases(JAVASCRIPT[name])
    asked = json.dumps([case.request() for case in cases])
    answers = await node("ask.js", name, url=ranch.url, stdin=asked)
    for case, answer in zip(cases, answers, strict=True):
        await check(ranch, case, answer)


async def check(ranch: Ranch, case: Case, answer: Answer) -> None:
    assert answer["codes"] == list(case.codes), case.name
    if case.kind == "subscription":
        assert case.codes or next(iter(answer["data"].values()))["snapshot"] is True, case.name
    else:
        expected = await ranch.expected(case)
        assert {"data": answer["data"], "codes": answer["codes"]} == expected, case.name


def python_clients(url: str, headers: dict[str, str]) -> dict[str, tuple[AsyncTransport, Sequence[Case]]]:
    return {
        "gql": (HTTPXAsyncTransport(url=url, headers=headers), (*QUERIES, *CHOSEN[:2], *MUTATIONS)),
        "gql over WebSocket": (
            WebsocketsTransport(url=url.replace("http", "ws", 1), headers=headers),
            (*QUERIES, *CHOSEN[:2], *MUTATIONS, *SUBSCRIPTIONS),
        ),
    }


@pytest.mark.parametrize("name", python_clients("http://127.0.0.1", {}))
async def test_a_python_client_gets_the_answers_of_plain_http(ranch: Ranch, name: str) -> None:
    transport, cases = python_clients(ranch.url, headers_at(ranch.url))[name]
    async with Client(transport=transport, fetch_schema_from_transport=False) as session:
        for case in ranch.cases(cases):
            request = GraphQLRequest(
                case.query, variable_values=case.variables, operation_name=case.operation
            )
            await check(ranch, case, await _ask(session, case, request))


async def test_gql_gets_the_same_by_its_get_which_sends_a_body(ranch: Ranch) -> None:
    transport = RequestsHTTPTransport(ranch.url, headers=headers_at(ranch.url), method="GET")
    for case in ranch.cases(QUERIES):
        request = GraphQLRequest(case.query, variable_values=case.variables)
        client = Client(transport=transport, fetch_schema_from_transport=False)
        await check(ranch, case, await asyncio.to_thread(_ask_by_get, client, request))


def _ask_by_get(client: Client, request: GraphQLRequest) -> Answer:
    try:
        return {"data": client.execute_sync(request), "codes": []}
    except TransportQueryError as refused:
        return _refusal(refused)


async def _ask(session: Any, case: Case, request: GraphQLRequest) -> Answer:
    try:
        if case.kind != "subscription":
            return {"data": await session.execute(request), "codes": []}
        async for data in session.subscribe(request):
            return {"data": data, "codes": []}
    except TransportQueryError as refused:
        return _refusal(refused)
    raise AssertionError(f"{case.name}: no message came")


def _refusal(refused: TransportQueryError) -> Answer:
    codes = [error["extensions"]["code"] for error in refused.errors or ()]
    return {"data": refused.data, "codes": codes}
