"""What is computed once for many never crosses from one who asks to another who may see, or is, something else."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest

from tests.api import Api
from tests.live import streamed, subscribed
from tests.people import Asker, make_asker
from thumper.domain.access import Role, Scope
from thumper.graphql.relay.identity import encode

VIEWER: Final = "{ viewer { name role scopes person { id } tokens { id } } }"
UPDATE: Final = """mutation ($input: UpdateDeerInput!) { updateDeer(input: $input) { deer { name } } }"""


async def everybody() -> dict[str, tuple[Asker, Role]]:
    kinds = {"Olive": Role.OWNER, "Ann": Role.MEMBER, "Bob": Role.MEMBER, "Gus": Role.GUEST}
    return {name: (await make_asker(name, role), role) for name, role in kinds.items()}


async def over_http(api: Api, headers: dict[str, str]) -> Any:
    return (await api.anonymous.post("/graphql", json={"query": VIEWER}, headers=headers)).json()


async def over_get(api: Api, headers: dict[str, str]) -> Any:
    return (await api.anonymous.get("/graphql", params={"query": VIEWER}, headers=headers)).json()


async def over_websocket(api: Api, headers: dict[str, str]) -> Any:
    async with subscribed(api.url, VIEWER, headers=headers) as asking:
        return (await asking.reply())["payload"]


async def over_events(api: Api, headers: dict[str, str]) -> Any:
    async with streamed(api.url, VIEWER, headers=headers) as asking:
        return (await asking.reply())["payload"]


@pytest.mark.parametrize("ask", [over_http, over_get, over_websocket, over_events])
async def test_everybody_is_told_of_themselves_however_many_ask_in_the_same_words(api: Api, ask: Any) -> None:
    people = await everybody()
    twice = [*people.items(), *people.items()]
    answers = await asyncio.gather(*(ask(api, asker.headers) for _, (asker, _) in twice))
    for (name, (asker, role)), answer in zip(twice, answers, strict=True):
        viewer = answer["data"]["viewer"]
        assert (viewer["name"], viewer["role"]) == (name, role.name)
        assert viewer["person"] == {"id": encode("Person", asker.person_id)}
        assert viewer["tokens"] == [{"id": encode("Token", asker.token_id)}]


async def test_the_tag_of_an_answer_is_worth_nothing_to_others(api: Api) -> None:
    ann, bob = await make_asker("Ann"), await make_asker("Bob")
    params = {"query": VIEWER}
    hers = await api.anonymous.get("/graphql", params=params, headers=ann.headers)
    tag = {"if-none-match": hers.headers["etag"]}
    assert "private" in hers.headers["cache-control"]
    again = await api.anonymous.get("/graphql", params=params, headers=ann.headers | tag)
    assert again.status_code == 304
    his = await api.anonymous.get("/graphql", params=params, headers=bob.headers | tag)
    assert (his.status_code, his.json()["data"]["viewer"]["name"]) == (200, "Bob")
    assert (await api.anonymous.get("/graphql", params=params, headers=tag)).status_code == 401


async def test_an_answer_that_was_kept_is_given_to_the_same_rights_alone(api: Api) -> None:
    """With fewer scopes of the same person it is made again, of what they may see then."""
    ann = await make_asker("Ann")
    made = await api.ask('mutation { createDeer(input: {name: "Ajax"}) { deer { id } } }')
    deer = made["createDeer"]["deer"]["id"]

    async def send(headers: dict[str, str]) -> str:
        variables = {"input": {"deerId": deer, "notes": "seen", "idempotencyKey": "one"}}
        body = {"query": UPDATE, "variables": variables}
        answer = (await api.anonymous.post("/graphql", json=body, headers=headers)).json()
        name: str = answer["data"]["updateDeer"]["deer"]["name"]
        return name

    assert await send(ann.headers) == "Ajax"
    await api.ask(UPDATE, input={"deerId": deer, "name": "Bess"})
    assert await send(ann.headers) == "Ajax", "the same answer"
    less = await ann.with_fewer(Scope.READ, Scope.REVIEW)
    assert await send(less.headers) == "Bess", "made again"
