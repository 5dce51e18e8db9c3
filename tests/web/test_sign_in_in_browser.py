"""Signing in and out with a real browser, as a person does who was sent a link."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.api import Api
from tests.browser import browser_of_its_own
from thumper.domain.access import Role
from thumper.store.access import people, sessions
from thumper.store.models import SignInLink


@pytest.mark.slow
async def test_a_link_signs_in_after_a_tap_and_not_when_it_is_opened(api: Api) -> None:
    link = await sessions.make_link(await people.add("Dale", Role.MEMBER))
    async with browser_of_its_own() as browser:
        page = await browser.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{api.url}/sign-in#{link.secret}")
        await expect(page.get_by_role("button")).to_have_text("Sign in")
        assert (await SignInLink.get()).used_at is None
        assert page.url == f"{api.url}/sign-in", "the secret does not stay in the address"
        await page.get_by_role("button").click()
        await page.wait_for_url(f"{api.url}/")
        answer = await page.evaluate(
            "fetch('/graphql?query={viewer{name}}', {headers: {accept: 'application/json'}}).then(a => a.json())"
        )
        assert answer["data"] == {"viewer": {"name": "Dale"}}
        assert await page.evaluate("document.cookie") == "", "no script reads the session"
        await page.goto(f"{api.url}/sign-in")
        await expect(page.get_by_role("status")).to_have_text("You have signed in as Dale (member).")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("status")).to_contain_text("Open the link")
        assert complaints == []
        await page.goto(f"{api.url}/sign-in#{link.secret}")
        await page.get_by_role("button").click()
        await expect(page.get_by_role("alert")).to_contain_text("used before")
        await expect(page.get_by_role("button")).to_be_hidden()
    assert not [url for url in asked if link.secret in url.partition("#")[0]]
