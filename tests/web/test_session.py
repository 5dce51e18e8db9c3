"""Signing in with a link, and out again, as browsers and as those who try their luck do it."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import httpx
import pytest

from tests.api import Api
from thumper.domain.access import Role
from thumper.domain.secret import new_secret
from thumper.store.access import people, sessions
from thumper.store.models import Person, Session, SignInLink

ASK = {"query": "{ viewer { name role } }"}


async def link_for(name: str, role: Role = Role.MEMBER) -> str:
    return (await sessions.make_link(await people.add(name, role))).secret


async def sign_in(browser: httpx.AsyncClient, secret: Any, **headers: str) -> httpx.Response:
    return await browser.post("/session", json={"secret": secret}, headers=headers)


async def test_a_link_signs_in_once_and_the_session_ends_when_its_person_signs_out(api: Api) -> None:
    secret = await link_for("Dale")
    begun = await sign_in(api.anonymous, secret, **{"user-agent": "Firefox\x7f on Dale's phone"})
    assert (begun.status_code, begun.json()) == (201, {"name": "Dale", "role": "MEMBER"})
    cookie = begun.headers["set-cookie"]
    for word in ("HttpOnly", "SameSite=strict", "Max-Age=7776000", "Path=/"):
        assert word in cookie
    assert begun.headers["cache-control"] == "no-store"
    asked = (await api.anonymous.post("/graphql", json=ASK)).json()
    assert asked["data"] == {"viewer": {"name": "Dale", "role": "MEMBER"}}
    assert (await Session.get()).user_agent == "Firefox on Dale's phone"
    api.anonymous.cookies.clear()
    again = await sign_in(api.anonymous, secret)
    assert again.status_code == 403
    assert again.json()["errors"][0]["extensions"]["code"] == "BAD_SIGN_IN_LINK"
    assert "used before" in again.json()["errors"][0]["message"]
    assert "set-cookie" not in again.headers
    signed = {"cookie": cookie.partition(";")[0]}
    assert (await api.anonymous.get("/session", headers=signed)).json()["name"] == "Dale"
    gone = await api.anonymous.delete("/session", headers=signed)
    assert gone.status_code == 204
    assert "Max-Age=0" in gone.headers["set-cookie"]
    assert (await api.anonymous.post("/graphql", json=ASK, headers=signed)).status_code == 401
    assert (await api.anonymous.get("/session", headers=signed)).json() == {"name": None, "role": None}
    assert (await api.anonymous.delete("/session", headers=signed)).status_code == 204


async def test_of_many_who_use_one_link_at_once_one_signs_in(api: Api) -> None:
    secret = await link_for("Dale")
    answers = await asyncio.gather(*(sign_in(api.anonymous, secret) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[403] * 7]
    assert await Session.all().count() == 1


async def test_opening_a_link_uses_nothing_up(api: Api) -> None:
    secret = await link_for("Dale")
    for method in ("GET", "HEAD"):
        for headers in ({}, {"user-agent": "WhatsApp/2", "accept": "*/*"}, {"accept": "text/html"}):
            page = await api.anonymous.request(method, "/sign-in", headers=headers)
            assert page.status_code == 200
            assert "script-src 'self'" in page.headers["content-security-policy"]
            assert page.headers["referrer-policy"] == "no-referrer"
    assert (await SignInLink.get()).used_at is None
    assert (await sign_in(api.anonymous, secret)).status_code == 201


async def test_what_is_no_link_that_counts_signs_no_one_in(api: Api) -> None:
    expired, removed = await link_for("Ray"), await link_for("Lee")
    await SignInLink.filter(person__name="Ray").update(expires_at=dt.datetime.now(dt.UTC))
    await people.remove((await Person.get(name="Lee")).id)
    for secret, word in (
        (new_secret(), "no sign-in link"),
        ("", "no sign-in link"),
        ("\ud800", "no sign-in link"),
        (expired, "24 hours"),
        (removed, "does not count"),
    ):
        body = b'{"secret": "\\ud800"}' if secret == "\ud800" else None
        answer = await api.anonymous.post(
            "/session",
            headers={"content-type": "application/json"},
            **({"content": body} if body else {"json": {"secret": secret}}),
        )
        assert answer.status_code == 403, secret
        assert word in answer.json()["errors"][0]["message"]
    assert await Session.all().count() == 0


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, {"data": {"secret": "x"}}),
        (400, {"content": '{"secret": "x"}', "headers": {"content-type": "text/plain"}}),
        (400, {"json": {}}),
        (400, {"json": {"secret": 5}}),
        (400, {"json": ["secret"]}),
        (400, {"content": "{", "headers": {"content-type": "application/json"}}),
        (413, {"json": {"secret": "x" * 2000}}),
        (403, {"json": {"secret": "x"}, "headers": {"origin": "http://evil.example"}}),
        (403, {"json": {"secret": "x"}, "headers": {"sec-fetch-site": "cross-site"}}),
    ],
)
async def test_a_request_to_sign_in_that_no_page_of_ours_sends_is_refused(
    api: Api, status: int, sent: dict[str, Any]
) -> None:
    assert (await api.anonymous.post("/session", **sent)).status_code == status


async def test_a_token_is_no_session_that_could_be_signed_out(api: Api) -> None:
    assert (await api.http.delete("/session")).status_code == 400
    assert (await api.http.get("/session")).json() == {"name": "owner", "role": "OWNER"}
