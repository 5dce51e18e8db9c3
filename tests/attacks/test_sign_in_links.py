"""Sign-in links and sessions: not to be guessed, not to be forced upon somebody, and each attempt is in the audit."""

from __future__ import annotations

from collections import Counter

import httpx

from tests.api import Api
from thumper.domain.access import Role
from thumper.domain.secret import new_secret
from thumper.store.access import people, sessions
from thumper.store.models import AuditEntry, Session

ASK = {"query": "{ viewer { name } }"}


async def link_for(name: str, role: Role = Role.MEMBER) -> str:
    return (await sessions.make_link(await people.add(name, role))).secret


async def sign_in(browser: httpx.AsyncClient, secret: str, **headers: str) -> httpx.Response:
    return await browser.post("/session", json={"secret": secret}, headers=headers)


async def test_guessing_links_slows_down_who_guesses_and_a_right_link_still_signs_in(api: Api) -> None:
    statuses = Counter([(await sign_in(api.anonymous, new_secret())).status_code for _ in range(30)])
    assert statuses == {403: 20, 429: 10}
    elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.3")
    async with httpx.AsyncClient(base_url=api.url, transport=elsewhere) as other:
        assert (await sign_in(other, new_secret())).status_code == 403
    assert (await sign_in(api.anonymous, await link_for("Dale"))).status_code == 201
    entries = Counter(
        await AuditEntry.exclude(address="").values_list("address", "actor", "action", "outcome")
    )
    assert entries == {
        ("127.0.0.1", "", "signIn", "UNAUTHENTICATED"): 5,
        ("127.0.0.3", "", "signIn", "UNAUTHENTICATED"): 1,
        ("127.0.0.1", "Dale", "signIn", "OK"): 1,
    }


async def test_signing_in_and_out_is_in_the_audit_with_the_session(api: Api) -> None:
    await sign_in(api.anonymous, await link_for("Dale"))
    session = await Session.get()
    await api.anonymous.delete("/session")
    entries = await AuditEntry.exclude(address="").order_by("created_at", "id")
    assert [(entry.action, entry.outcome) for entry in entries] == [("signIn", "OK"), ("signOut", "OK")]
    assert {(entry.person_id, entry.credential_id) for entry in entries} == {(session.person_id, session.id)}


async def test_a_session_that_somebody_planted_is_not_the_one_that_a_link_begins(api: Api) -> None:
    """An attacker plants the cookie of their own session, or of one that they made up, in a victim's browser."""
    await sign_in(api.anonymous, await link_for("Mallory"))
    name, _, planted = (
        str(api.anonymous.cookies.jar).partition("thumper_session_")[2].partition(" for ")[0].partition("=")
    )
    name = f"thumper_session_{name}"
    for cookie in (planted, new_secret()):
        api.anonymous.cookies.clear()
        begun = await sign_in(api.anonymous, await link_for(f"Dale {cookie[:3]}"), cookie=f"{name}={cookie}")
        assert begun.status_code == 201
        own = begun.headers["set-cookie"].partition(";")[0].partition("=")[2]
        assert own not in {planted, cookie}
    api.anonymous.cookies.clear()
    asked = await api.anonymous.post("/graphql", json=ASK, headers={"cookie": f"{name}={planted}"})
    assert asked.json()["data"]["viewer"]["name"] == "Mallory", "what was planted stays what it was"


async def test_of_two_cookies_of_one_name_no_one_is_asked_as_both(api: Api) -> None:
    """A page of another port can plant a cookie beside ours: browsers do not tell ports apart."""
    begun = await sign_in(api.anonymous, await link_for("Dale"))
    own = begun.headers["set-cookie"].partition(";")[0]
    name = own.partition("=")[0]
    api.anonymous.cookies.clear()
    for cookie in (f"{own}; {name}=planted", f"{name}=planted; {own}"):
        asked = await api.anonymous.post("/graphql", json=ASK, headers={"cookie": cookie})
        assert asked.status_code in {200, 401}
        assert asked.status_code == 401 or asked.json()["data"]["viewer"]["name"] == "Dale"
