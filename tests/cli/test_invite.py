"""Inviting people, their sessions and tokens by command, and what is said when the command line cannot sign in."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from tests.api import Api
from tests.qr_reader import read_qr_code
from thumper.cli.app import app
from thumper.cli.client import ask, follow
from thumper.cli.qr_code import qr_code
from thumper.cli.sign_in_link import offer_link, show_link
from thumper.cli.token import _read_expiry
from thumper.domain.secret import new_token
from thumper.errors import SignedOutError, UsageError
from thumper.owner_token import owner_token_path, read_owner_token
from thumper.settings import Settings
from thumper.store.models import Person, Session, Token

ASK = "{ viewer { name role scopes } }"


async def run(*words: str) -> Any:
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


async def told(*words: str) -> Any:
    result = await run(*words, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.output)


async def viewer(api: Api, **headers: str) -> dict[str, Any] | None:
    answer = (await api.anonymous.post("/graphql", json={"query": ASK}, headers=headers)).json()
    found: dict[str, Any] | None = (answer.get("data") or {}).get("viewer")
    return found


@pytest.mark.usefixtures("at_the_api")
async def test_somebody_is_invited_listed_given_another_role_signed_out_and_removed(api: Api) -> None:
    assert isinstance((await run("invite", "Dale")).exception, UsageError)
    made = await told("invite", "Dale", "--role", "member")
    again = await told("invite", "dale")
    assert made["link"]["url"] != again["link"]["url"], "for another device"
    assert isinstance((await run("invite", "Dale", "--role", "guest")).exception, UsageError)
    cookies = []
    for link in (made["link"], again["link"]):
        begun = await api.anonymous.post("/session", json={"secret": urlsplit(link["url"]).fragment})
        cookies.append(begun.headers["set-cookie"].partition(";")[0])
        api.anonymous.cookies.clear()
    assert (await told("people", "role", "Dale", "guest"))["role"] == "GUEST"
    assert (await viewer(api, cookie=cookies[0])) == {"name": "Dale", "role": "GUEST", "scopes": ["READ"]}
    dale = next(each for each in await told("people", "list") if each["name"] == "Dale")
    assert len(dale["sessions"]) == 2
    shown = (await run("people", "list")).output
    assert f"Dale (guest), since {dale['createdAt'][:10]}" in shown
    for session in dale["sessions"]:
        assert session["id"] in shown
    await told("people", "sign-out", dale["sessions"][0]["id"])
    left = [cookie for cookie in cookies if await viewer(api, cookie=cookie) is not None]
    assert len(left) == 1
    assert (await run("people", "remove", "Dale", "--yes")).output == "Dale was removed.\n"
    assert await viewer(api, cookie=left[0]) is None
    assert (await run("people", "remove", "Dale", "--yes")).exit_code == 1
    refused = await run("people", "remove", "owner", "--yes")
    assert "only owner" in str(refused.exception)


@pytest.mark.usefixtures("at_the_api")
async def test_a_token_is_printed_once_works_and_is_revoked(api: Api) -> None:
    result = await run("token", "create", "sync", "--scope", "ingest", "--scope", "read", "--expires", "30d")
    secret = result.stdout.strip()
    assert re.fullmatch(r"thm_[0-9a-f]{64}", secret)
    assert secret not in result.stderr
    found = await viewer(api, authorization=f"Bearer {secret}")
    assert found == {"name": "owner", "role": "OWNER", "scopes": ["READ", "INGEST"]}
    listed = await told("token", "list")
    assert secret not in json.dumps(listed)
    sync = next(each for each in listed if each["name"] == "sync")
    assert "sync of owner: read, ingest; last used" in (await run("token", "list")).output
    await told("token", "revoke", sync["id"])
    assert await viewer(api, authorization=f"Bearer {secret}") is None
    assert "sync" not in {each["name"] for each in await told("token", "list")}


def test_an_end_of_a_token_is_a_number_of_days_or_a_date() -> None:
    assert _read_expiry("2027-03-01") == "2027-03-01T00:00:00+00:00"
    assert _read_expiry("2027-03-01T10:00:00-06:00") == "2027-03-01T10:00:00-06:00"
    for word in ("", "soon", "30", "-1d", "30 d"):
        with pytest.raises(UsageError, match="--expires"):
            _read_expiry(word)


@pytest.mark.slow
@pytest.mark.usefixtures("at_the_api")
async def test_an_owner_who_has_lost_everything_gets_in_again(api: Api, client_settings: Settings) -> None:
    lost = read_owner_token(client_settings.home)
    owner_token_path(client_settings.home).unlink()
    refused = await run("people", "list")
    assert isinstance(refused.exception, SignedOutError)
    reset = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "thumper", "token", "reset-owner", "--yes", "--json"),
        env=client_settings.as_environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await reset.communicate()
    done = json.loads(printed)
    begun = await api.anonymous.post("/session", json={"secret": urlsplit(done["link"]["url"]).fragment})
    assert begun.json() == {"name": "owner", "role": "OWNER"}
    api.anonymous.cookies.clear()
    assert [each["name"] for each in await told("people", "list")] == ["owner"]
    assert await Token.filter(revoked_at=None).count() == 1
    await asyncio.sleep(2.1)  # what was found of the lost one is remembered for two seconds
    assert await viewer(api, authorization=f"Bearer {lost}") is None


async def test_what_is_wrong_with_the_token_of_the_command_line_is_said(client_settings: Settings) -> None:
    path = owner_token_path(client_settings.home)
    own = path.read_text()
    await ask(client_settings, ASK)
    path.write_text("nonsense")
    for text, words in (("nonsense", "holds no token"), (new_token(), "does not accept the token")):
        path.write_text(text)
        with pytest.raises(SignedOutError, match=words):
            await ask(client_settings, ASK)
        async with aclosing(follow(client_settings, "subscription { status { seq } }")) as messages:
            with pytest.raises(SignedOutError, match=words):
                await anext(messages)
    path.unlink()
    with pytest.raises(SignedOutError, match="start it again"):
        await ask(client_settings, ASK)
    path.mkdir()
    with pytest.raises(SignedOutError, match="cannot be read"):
        await ask(client_settings, ASK)
    path.rmdir()
    path.write_text(own)
    await ask(client_settings, ASK)


async def test_a_start_shows_how_to_sign_in_as_long_as_no_one_has(
    client_settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await offer_link(client_settings)
    assert capsys.readouterr().out == "Sign in      no one has yet: `thumper invite owner` makes a link\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    await offer_link(client_settings)
    shown = capsys.readouterr().out
    url = re.search(r"http://\S+", shown)
    assert url is not None
    assert "▄" in shown
    async with httpx.AsyncClient(base_url=client_settings.api_url) as phone:
        begun = await phone.post("/session", json={"secret": urlsplit(url[0]).fragment})
        assert begun.status_code == 201
    await offer_link(client_settings)
    assert capsys.readouterr().out == ""
    await offer_link(client_settings.model_copy(update={"public_url": "https://deer.example.org"}))
    assert read_qr_code(capsys.readouterr().out) == "https://deer.example.org/"
    assert await Session.all().count() == await Person.all().count() == 1


def test_a_link_that_opens_on_this_machine_only_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_link("Dale", "http://127.0.0.1:8480/sign-in#x")
    assert "on this machine only" in capsys.readouterr().err
    show_link("Dale", "http://192.168.1.20:8480/sign-in#x")
    assert capsys.readouterr().err == ""


def test_a_qr_code_fits_a_terminal() -> None:
    lines = qr_code(f"http://192.168.100.200:8480/sign-in#{'x' * 43}").splitlines()
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert len(lines) <= 24
    assert max(map(len, plain)) <= 80
