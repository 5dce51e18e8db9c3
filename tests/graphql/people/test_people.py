"""People, sessions and tokens by the API: who asks, whom the owner lets in, and secrets that are told once."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.api import Api, api, running_api
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store.models import IdempotencyKey, Person, Session, Token

__all__ = ["api"]

INVITE = """mutation ($input: InvitePersonInput!) { answer: invitePerson(input: $input) {
    person { id name role removedAt } link { url expiresAt } errors { __typename code path } } }"""
LINK = """mutation ($input: CreateSignInLinkInput!) { answer: createSignInLink(input: $input) {
    person { name } link { url expiresAt } errors { code } } }"""
UPDATE = """mutation ($input: UpdatePersonInput!) { answer: updatePerson(input: $input) {
    person { name role } errors { __typename code message path } } }"""
REMOVE = """mutation ($input: RemovePersonInput!) { answer: removePerson(input: $input) {
    person { name removedAt } errors { __typename code message path } } }"""
CREATE_TOKEN = """mutation ($input: CreateTokenInput!) { answer: createToken(input: $input) {
    token { id name scopes expiresAt person { name } } secret errors { code message path } } }"""
REVOKE_TOKEN = """mutation ($input: RevokeTokenInput!) { answer: revokeToken(input: $input) {
    token { revokedAt } errors { code path } } }"""
REVOKE_SESSION = """mutation ($input: RevokeSessionInput!) { answer: revokeSession(input: $input) {
    session { revokedAt current person { name } } errors { code path } } }"""
VIEWER = (
    """{ viewer { name role scopes person { name } sessions { id current userAgent } tokens { name } } }"""
)


async def told(api: Api, query: str, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(query, input=values))["answer"]
    return answer


async def signed_in(api: Api, url: str) -> dict[str, str]:
    """Use a link as the page does; return the header that the browser sends from then on."""
    parts = urlsplit(url)
    assert parts.path == "/sign-in"
    assert parts.query == ""
    begun = await api.anonymous.post("/session", json={"secret": parts.fragment})
    assert begun.status_code == 201
    api.anonymous.cookies.clear()
    return {"cookie": begun.headers["set-cookie"].partition(";")[0]}


async def as_shown(api: Api, headers: dict[str, str], query: str, **variables: Any) -> Any:
    body = {"query": query, "variables": variables}
    return (await api.anonymous.post("/graphql", json=body, headers=headers)).json()


async def test_somebody_is_invited_signs_in_and_is_removed(api: Api) -> None:
    invited = await told(api, INVITE, name=" Dale  Smith", role="MEMBER")
    assert invited["errors"] == []
    assert invited["person"]["name"] == "Dale Smith"
    shown = await signed_in(api, invited["link"]["url"])
    viewer = (await as_shown(api, shown, VIEWER))["data"]["viewer"]
    assert (viewer["name"], viewer["role"], viewer["person"]) == (
        "Dale Smith",
        "MEMBER",
        {"name": "Dale Smith"},
    )
    assert viewer["scopes"] == ["READ", "REVIEW", "INGEST"]
    assert [session["current"] for session in viewer["sessions"]] == [True]
    taken = await told(api, INVITE, name="DALE SMITH", role="GUEST")
    assert [error["code"] for error in taken["errors"]] == ["NAME_TAKEN"]
    assert taken["link"] is None
    other = await told(api, LINK, personId=invited["person"]["id"])
    again = await signed_in(api, other["link"]["url"])
    changed = await told(api, UPDATE, personId=invited["person"]["id"], role="GUEST")
    assert changed["person"] == {"name": "Dale Smith", "role": "GUEST"}
    for each in (shown, again):
        assert (await as_shown(api, each, VIEWER))["data"]["viewer"]["scopes"] == ["READ"], (
            "it counts at once"
        )
    removed = await told(api, REMOVE, personId=invited["person"]["id"])
    assert removed["person"]["removedAt"] is not None
    for each in (shown, again):
        assert (await as_shown(api, each, VIEWER))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await told(api, LINK, personId=invited["person"]["id"]))["errors"] == [{"code": "NOT_FOUND"}]
    assert (await told(api, INVITE, name="Dale Smith", role="MEMBER"))["errors"] == []
    people = (await api.ask("{ people(where: {removed: false}) { nodes { name } } }"))["people"]["nodes"]
    assert people == [{"name": "Dale Smith"}, {"name": "owner"}]


async def test_the_last_owner_stays(api: Api) -> None:
    (own,) = (await api.ask("{ people { nodes { id } } }"))["people"]["nodes"]
    refused = await told(api, REMOVE, personId=own["id"])
    assert refused["errors"][0]["code"] == "LAST_OWNER"
    assert refused["errors"][0]["path"] == ["input", "personId"]
    refused = await told(api, UPDATE, personId=own["id"], role="MEMBER")
    assert refused["errors"][0]["path"] == ["input", "role"]
    await told(api, INVITE, name="Ann", role="OWNER")
    assert (await told(api, UPDATE, personId=own["id"], name="Joe", role="OWNER"))["person"]["name"] == "Joe"
    assert (await told(api, UPDATE, personId=own["id"], role="MEMBER"))["errors"] == []
    assert await Person.filter(role="owner").count() == 1


async def test_what_is_left_out_stays_and_null_is_refused(api: Api) -> None:
    person = (await told(api, INVITE, name="Ann", role="GUEST"))["person"]
    assert (await told(api, UPDATE, personId=person["id"]))["person"] == {"name": "Ann", "role": "GUEST"}
    for field in ("name", "role"):
        refused = await told(api, UPDATE, personId=person["id"], **{field: None})
        assert (refused["errors"][0]["code"], refused["errors"][0]["path"]) == ("INVALID", ["input", field])
    assert (await told(api, UPDATE, personId=person["id"], name="OWNER"))["errors"][0]["code"] == "NAME_TAKEN"


async def test_a_token_does_no_more_than_it_was_given_and_than_who_made_it(api: Api) -> None:
    made = await told(api, CREATE_TOKEN, name="sync", scopes=["INGEST", "READ"])
    assert made["token"]["scopes"] == ["READ", "INGEST"]
    shown = {"authorization": f"Bearer {made['secret']}"}
    viewer = (await as_shown(api, shown, VIEWER))["data"]["viewer"]
    assert (viewer["name"], viewer["scopes"]) == ("owner", ["READ", "INGEST"])
    assert "sync" in {token["name"] for token in viewer["tokens"]}
    more = await as_shown(api, shown, CREATE_TOKEN, input={"name": "more", "scopes": ["READ"]})
    assert more["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    limited = await told(api, CREATE_TOKEN, name="admin", scopes=["ADMIN", "READ"])
    may_make = {"authorization": f"Bearer {limited['secret']}"}
    more = await as_shown(api, may_make, CREATE_TOKEN, input={"name": "more", "scopes": ["INGEST"]})
    (error,) = more["data"]["answer"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "scopes"])
    bad: tuple[dict[str, Any], ...] = ({"scopes": []}, {"name": ""}, {"expiresAt": "2020-01-01T00:00:00Z"})
    for values in bad:
        refused = await told(api, CREATE_TOKEN, **({"name": "x", "scopes": ["READ"]} | values))
        assert refused["errors"][0]["code"] == "INVALID"
    assert (await told(api, REVOKE_TOKEN, tokenId=made["token"]["id"]))["token"]["revokedAt"] is not None
    assert (await as_shown(api, shown, VIEWER))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    unknown = await told(api, REVOKE_TOKEN, tokenId=encode("Token", uuid4()))
    assert unknown["errors"] == [{"code": "NOT_FOUND", "path": ["input", "tokenId"]}]


async def test_people_end_their_own_sessions_and_no_others(api: Api) -> None:
    shown = {}
    for name in ("Dale", "Ray"):
        invited = await told(api, INVITE, name=name, role="MEMBER")
        shown[name] = await signed_in(api, invited["link"]["url"])
    of_ray = (await as_shown(api, shown["Ray"], VIEWER))["data"]["viewer"]["sessions"][0]["id"]
    revoke = {"sessionId": of_ray}
    refused = await as_shown(api, shown["Dale"], REVOKE_SESSION, input=revoke)
    assert refused["data"]["answer"]["errors"] == [{"code": "NOT_FOUND", "path": ["input", "sessionId"]}]
    of_program = await told(api, CREATE_TOKEN, name="labels", scopes=["READ", "REVIEW", "INGEST"])
    program = {"authorization": f"Bearer {of_program['secret']}"}
    of_itself = {"tokenId": of_program["token"]["id"]}
    for mutation, named in ((REVOKE_SESSION, revoke), (REVOKE_TOKEN, of_itself)):
        locked_out = await as_shown(api, program, mutation, input=named)
        assert locked_out["errors"][0]["extensions"]["code"] == "FORBIDDEN", "a program locks nobody out"
        assert "or a browser that has signed in" in locked_out["errors"][0]["message"]
    done = await as_shown(api, shown["Ray"], REVOKE_SESSION, input=revoke)
    assert done["data"]["answer"]["session"]["revokedAt"] is not None
    assert done["data"]["answer"]["session"]["current"] is True
    assert (await as_shown(api, shown["Ray"], VIEWER))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    of_dale = encode("Session", (await Session.get(person__name="Dale")).id)
    assert (await told(api, REVOKE_SESSION, sessionId=of_dale))["session"]["person"] == {"name": "Dale"}


@pytest.mark.parametrize(
    ("query", "values", "secret"),
    [
        (INVITE, {"name": "Dale", "role": "GUEST"}, lambda answer: answer["link"]["url"]),
        (CREATE_TOKEN, {"name": "sync", "scopes": ["READ"]}, lambda answer: answer["secret"]),
    ],
)
async def test_a_secret_is_told_once_and_kept_nowhere(
    api: Api, query: str, values: dict[str, Any], secret: Any
) -> None:
    keyed = values | {"idempotencyKey": str(uuid4())}
    first = await told(api, query, **keyed)
    told_once = secret(first).rpartition("#")[2].removeprefix("thm_")
    assert len(told_once) > 40
    again = await told(api, query, **keyed)
    assert secret(again) is None
    assert again["errors"] == []
    assert again.get("person", again.get("token")) == first.get("person", first.get("token"))
    assert await Person.all().count() + await Token.all().count() == 3, "made once"
    kept = json.dumps([*await IdempotencyKey.all().values(), *await Token.all().values()], default=repr)
    assert told_once not in kept
    assert (await IdempotencyKey.get()).answer is None


async def test_a_link_names_the_public_address_where_there_is_one(settings: Settings) -> None:
    public = settings.model_copy(update={"public_url": "https://deer.example.org"})
    async with running_api(public) as running:
        invited = await told(running, INVITE, name="Dale", role="MEMBER")
    assert invited["link"]["url"].startswith("https://deer.example.org/sign-in#")


async def test_a_guest_sees_themselves_and_nobody_else(api: Api) -> None:
    invited = await told(api, INVITE, name="Neighbour", role="GUEST")
    shown = await signed_in(api, invited["link"]["url"])
    query = (
        """{ viewer { name person { name role } sessions { current person { name } } tokens { name } } }"""
    )
    answer = await as_shown(api, shown, query)
    assert "errors" not in answer
    assert answer["data"]["viewer"] == {
        "name": "Neighbour",
        "person": {"name": "Neighbour", "role": "GUEST"},
        "sessions": [{"current": True, "person": {"name": "Neighbour"}}],
        "tokens": [],
    }
    for noun, row in (("Person", await Person.get(name="owner")), ("Session", await Session.get())):
        answer = await as_shown(
            api, shown, "query ($id: ID!) { node(id: $id) { id } }", id=encode(noun, row.id)
        )
        assert answer["data"] == {"node": None}
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await api.anonymous.delete("/session", headers=shown)).status_code == 204
    assert (await api.anonymous.post("/graphql", json={"query": query}, headers=shown)).status_code == 401
