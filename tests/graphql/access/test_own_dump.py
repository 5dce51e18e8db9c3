"""A token that may only upload: it uploads, and watches and cancels what it began itself."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from tests import factories as make
from tests.api import Api
from thumper.domain.access import Role, Scope
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.access import people, tokens

CREATE = """mutation { createUpload(input: {files: ["a.jpg"]}) {
    errors { code } dump { id number receipt { found safeToWipe } location { id } } uploads { url } } }"""
CONTINUE = """mutation ($id: ID!) { createUpload(input: {files: ["b.jpg"], dumpId: $id}) {
    errors { code } uploads { url } } }"""
WATCH = "query ($id: ID!) { dump(id: $id) { id receipt { found waiting } files { nodes { path state } } folder } }"
CANCEL = "mutation ($id: ID!) { cancelUpload(input: {dumpId: $id}) { errors { code } closedCount } }"
FOLLOW = "subscription ($id: ID!) { dumpProgress(dumpId: $id) { dump { id } } }"


class Program:
    """A client with a token."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables})
        parsed: dict[str, Any] = answer.json()
        return parsed

    async def follows(self, dump: str) -> bool:
        """Return whether it is told of a dump."""
        asked = {"query": FOLLOW, "variables": {"id": dump}}
        headers = {"accept": "text/event-stream"}
        async with self.http.stream("POST", "/graphql", json=asked, headers=headers) as answer:
            lines = answer.aiter_lines()
            first = await anext(line async for line in lines if line.startswith("data: "))
            await lines.aclose()  # type: ignore[attr-defined]  # it is a generator
        assert ('"data":{' in first.replace(" ", "")) is ("NOT_FOUND" not in first), first
        return "NOT_FOUND" not in first


@pytest_asyncio.fixture
async def programs(api: Api) -> AsyncIterator[tuple[Program, Program]]:
    """Two programs of one person."""
    person = await people.add("Ann", Role.MEMBER)
    async with contextlib.AsyncExitStack() as stack:
        made = []
        for name in ("truck", "barn"):
            _, secret = await tokens.issue(person, name, [Scope.INGEST])
            headers = {"authorization": f"Bearer {secret}"}
            http = httpx.AsyncClient(base_url=api.url, timeout=60, headers=headers)
            made.append(Program(await stack.enter_async_context(http)))
        yield made[0], made[1]


async def test_a_program_watches_its_own_dump_and_no_other(
    api: Api, programs: tuple[Program, Program]
) -> None:
    mine, other = programs
    answer = await mine.post(CREATE)
    made = answer["data"]["createUpload"]
    assert "errors" not in answer
    assert made["errors"] == []
    assert made["dump"]["location"] is None
    dump = made["dump"]["id"]
    sent = await mine.http.put(made["uploads"][0]["url"], content=b"no photo")
    assert sent.status_code == 422, sent.text
    own = (await mine.post(WATCH, id=dump))["data"]["dump"]
    assert own["receipt"] == {"found": 1, "waiting": 0}
    assert own["folder"] is None
    assert await mine.follows(dump)
    for program, unknown in (
        (other, dump),
        (mine, encode("Dump", (await make.make_dump()).id)),
        (mine, encode("Dump", make.unknown_id())),
    ):
        assert await program.post(WATCH, id=unknown) == {
            "data": {"dump": None},
            **_cost(await program.post(WATCH, id=unknown)),
        }
        assert not await program.follows(unknown)
        refused = (await program.post(CANCEL, id=unknown))["data"]["cancelUpload"]
        assert refused == {"errors": [{"code": "NOT_FOUND"}], "closedCount": None}
    assert (await api.ask(WATCH, id=dump))["dump"]["id"] == dump


def _cost(answer: dict[str, Any]) -> dict[str, Any]:
    return {"extensions": answer["extensions"]}


async def test_a_program_cancels_its_own_upload(programs: tuple[Program, Program]) -> None:
    mine, _ = programs
    dump = (await mine.post(CREATE))["data"]["createUpload"]["dump"]["id"]
    assert (await mine.post(CANCEL, id=dump))["data"]["cancelUpload"] == {"errors": [], "closedCount": 1}


async def test_a_program_adds_to_its_own_upload_alone(programs: tuple[Program, Program]) -> None:
    mine, other = programs
    dump = (await mine.post(CREATE))["data"]["createUpload"]["dump"]["id"]
    assert len((await mine.post(CONTINUE, id=dump))["data"]["createUpload"]["uploads"]) == 1
    refused = (await other.post(CONTINUE, id=dump))["data"]["createUpload"]
    assert refused == {"errors": [{"code": "NOT_FOUND"}], "uploads": None}


async def test_a_program_that_may_only_upload_gets_nothing_else(
    api: Api, programs: tuple[Program, Program]
) -> None:
    mine, _ = programs
    image = await make.make_image(await make.make_dump())
    for address in (
        f"/media/{encode('Image', image.id)}/thumb",
        f"/media/{encode('Image', image.id)}/original",
        "/metrics",
    ):
        answer = await mine.http.get(address)
        assert answer.status_code == 403, address
        assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    headers = {"accept": "application/graphql-response+json"}
    asked = {"query": 'mutation { starImages(input: {imageIds: ["x"]}) { errors { code } } }'}
    answer = await mine.http.post("/graphql", json=asked, headers=headers)
    assert answer.status_code == 403
    assert "data" not in answer.json()
    assert await models.Mark.all().count() == 0


async def test_what_a_person_uploads_is_seen_by_all_who_may_read(api: Api) -> None:
    dump = (await api.ask(CREATE))["createUpload"]["dump"]["id"]
    person = await people.add("Ben", Role.MEMBER)
    _, secret = await tokens.issue(person, "reader", [Scope.READ])
    headers = {"authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=api.url, timeout=60, headers=headers) as http:
        assert (await Program(http).post(WATCH, id=dump))["data"]["dump"]["id"] == dump
