"""What one sees who has not signed in, was signed out, or may not see everything, with a real browser.

A link that signs in is followed by `tests/web/test_sign_in_in_browser.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.api import Api
from tests.page.library import pictured_library
from tests.page.visitor import PHONE, visiting
from thumper.domain.access import Role
from thumper.store.access import people, sessions
from thumper.store.models import Session

pytestmark = pytest.mark.slow

REFUSED = "status of 401|status of 403|WebSocket connection .* failed"
"""What Chromium writes when a request is refused."""


async def test_who_has_not_signed_in_is_told_how_at_any_address_and_stays_there(api: Api) -> None:
    async with visiting(api, "/cards/x", role=None, size_px=PHONE, expected_complaints=REFUSED) as visit:
        page = visit.page
        await expect(page.get_by_role("status")).to_contain_text("Open the link that you were sent")
        await visit.assert_accessible()
        link = await sessions.make_link(await people.add("Dale", Role.MEMBER))
        await page.goto(f"{api.url}/cards/x#{link.secret}")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("navigation")).to_be_visible()
        assert page.url == f"{api.url}/cards/x"


async def test_a_link_that_is_no_longer_good_says_what_to_do(api: Api) -> None:
    async with visiting(api, f"/sign-in#{'x' * 43}", role=None, expected_complaints=REFUSED) as visit:
        await visit.page.get_by_role("button", name="Sign in").click()
        alert = visit.page.get_by_role("alert")
        await expect(alert).to_contain_text("BAD_SIGN_IN_LINK")
        await expect(visit.page.get_by_text("thumper invite NAME")).to_be_visible()
        await visit.assert_accessible()


async def test_who_is_signed_out_elsewhere_is_asked_to_sign_in_again(api: Api) -> None:
    async with visiting(api, expected_complaints=REFUSED) as visit:
        await expect(visit.page.locator("html")).to_have_attribute("data-live", "live")
        (session,) = await Session.all()
        await sessions.revoke(session.id)
        await expect(visit.page.get_by_text("Open the link that you were sent")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize(
    ("role", "words"),
    [(Role.OWNER, "say who else may sign in"), (Role.MEMBER, "may review"), (Role.GUEST, "shared with you")],
)
async def test_each_is_told_what_they_may_see(api: Api, tmp_path: Path, role: Role, words: str) -> None:
    await pictured_library(tmp_path)
    async with visiting(api, "/sign-in", role=role) as visit:
        await expect(visit.page.get_by_text(words)).to_be_visible()
        await visit.assert_accessible()
        await visit.page.get_by_role("link", name="Go to Today").click()
        await expect(visit.page.get_by_role("heading", name="Newest photos")).to_be_visible()
        cards = visit.page.get_by_role("heading", name="Last cards")
        await expect(cards).to_have_count(0 if role is Role.GUEST else 1)
