"""Settings, with a real browser: people let in, devices signed out, tokens, and what a member and a guest see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Locator, Page, expect

from tests.api import Api
from tests.graphql.people.test_sign_in_links import read
from tests.page.library import pictured_library
from tests.page.visitor import PHONE, Visit, visiting
from thumper.domain.access import Role
from thumper.store.access import people
from thumper.store.models import Session, Token

pytestmark = pytest.mark.slow

REFUSED: Final = "status of 401|status of 403"


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


async def invite(visit: Visit, name: str, role: str) -> str:
    """Invite somebody; return the address that the dialog shows."""
    form = region(visit.page, "Who may sign in").locator("form")
    await form.get_by_label("Name").fill(name)
    await form.get_by_label("Role").select_option(role)
    await form.get_by_role("button", name="Invite").click()
    address = visit.page.get_by_label("Address of the link")
    await expect(address).to_be_visible()
    return await address.input_value()


@pytest.mark.parametrize("size_px", [PHONE, (1440, 900)], ids=["phone", "desk"])
async def test_somebody_is_let_in_by_a_link_that_is_shown_once(api: Api, size_px: tuple[int, int]) -> None:
    async with visiting(api, "/settings", size_px=size_px, expected_complaints=REFUSED) as visit:
        page = visit.page
        address = await invite(visit, "Dale", "Guest")
        drawing = page.get_by_role("img", name="QR code of the link")
        size = int((await drawing.get_attribute("viewBox") or "").split()[-1])
        path = await drawing.locator("path").get_attribute("d")
        assert read({"size": size, "path": path}) == address
        await visit.assert_accessible()
        begun = await api.anonymous.post("/session", json={"secret": address.partition("#")[2]})
        assert begun.status_code == 201
        await expect(page.get_by_text("was used, or has ended")).to_be_visible()
        await page.get_by_role("button", name="Close").click()
        await expect(region(page, "Signed-in devices").get_by_text("Dale")).to_be_visible()
        await expect(page.get_by_text(address)).to_have_count(0)
        await page.get_by_role("button", name="New link for Dale").click()
        await page.get_by_role("button", name="Close").click()
        await page.get_by_role("button", name="End this link").click()
        await expect(page.get_by_text("waits to be used")).to_have_count(0)
        await page.get_by_role("button", name="Remove Dale").click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        await expect(page.get_by_role("button", name="Remove Dale")).to_have_count(0)
        assert await Session.filter(revoked_at=None).count() == 1


async def test_what_is_refused_is_said_beside_it(api: Api) -> None:
    async with visiting(api, "/settings") as visit:
        page = visit.page
        await invite(visit, "Dale", "Member")
        await page.get_by_role("button", name="Close").click()
        form = region(page, "Who may sign in").locator("form")
        await form.get_by_label("Name").fill("DALE")
        await form.get_by_role("button", name="Invite").click()
        await expect(form.get_by_role("alert")).to_contain_text("NAME_TAKEN")
        tokens = region(page, "Tokens of programs")
        await tokens.get_by_label("What it is for").fill("sync")
        await tokens.get_by_label("Look at what Thumper knows").uncheck()
        await tokens.get_by_role("button", name="Create token").click()
        await expect(tokens.get_by_role("alert")).to_contain_text("INVALID")


async def test_a_token_is_shown_once_and_revoked(api: Api) -> None:
    async with visiting(api, "/settings") as visit:
        page = visit.page
        tokens = region(page, "Tokens of programs")
        await tokens.get_by_label("What it is for").fill("sync")
        await tokens.get_by_label("Lasts").select_option("90 days")
        await tokens.get_by_label("Upload photos").check()
        await tokens.get_by_role("button", name="Create token").click()
        secret = page.get_by_label("Token", exact=True)
        await expect(secret).to_have_value(re.compile("thm_[0-9a-f]{64}"))
        shown = {"authorization": f"Bearer {await secret.input_value()}"}
        asked = await api.anonymous.post("/graphql", json={"query": "{ viewer { scopes } }"}, headers=shown)
        assert asked.json()["data"]["viewer"]["scopes"] == ["READ", "INGEST"]
        await page.get_by_role("button", name="Close").click()
        await page.get_by_role("button", name="Revoke sync").click()
        await page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
        await expect(page.get_by_role("button", name="Revoke sync")).to_have_count(0)
        token = await Token.get(name="sync")
        assert token.revoked_at is not None
        assert token.expires_at is not None


async def test_the_owner_reads_detectors_the_doctor_and_the_program(api: Api, tmp_path: Path) -> None:
    await pictured_library(tmp_path)
    async with visiting(api, "/settings") as visit:
        page = visit.page
        told = await api.ask("{ detectors { name current } about { version } }")
        for detector in told["detectors"]:
            await expect(region(page, "Detectors").get_by_text(detector["name"]).first).to_be_visible()
        await expect(region(page, "About")).to_contain_text(f"Thumper {told['about']['version']}")
        doctor = region(page, "Doctor")
        await expect(doctor.get_by_text("Looked ")).to_be_visible(timeout=60_000)
        await doctor.get_by_text("as they should be").click()
        await expect(doctor.get_by_text("database", exact=True)).to_be_visible()
        await visit.assert_accessible()


async def test_a_member_sees_their_own_and_a_guest_who_they_are(api: Api) -> None:
    await people.add("Secretary", Role.MEMBER)
    async with visiting(api, "/settings", role=Role.MEMBER) as visit:
        await expect(visit.page.get_by_text("this device")).to_be_visible()
        await expect(visit.page.get_by_text("No program has a token.")).to_be_visible()
        for hidden in ("Who may sign in", "Doctor"):
            await expect(region(visit.page, hidden)).to_have_count(0)
        await expect(visit.page.get_by_text("Secretary")).to_have_count(0)
        await visit.assert_accessible()
    async with visiting(api, "/settings", role=Role.GUEST, size_px=PHONE) as visit:
        await expect(region(visit.page, "You")).to_contain_text("shared with you")
        await expect(region(visit.page, "About")).to_contain_text("AGPL-3.0-or-later")
        await expect(visit.page.get_by_role("region")).to_have_count(2)
        await visit.assert_accessible()


async def test_who_signs_their_own_device_out_is_asked_to_sign_in(api: Api) -> None:
    async with visiting(api, "/settings", role=Role.MEMBER, expected_complaints=REFUSED) as visit:
        await visit.page.get_by_role("button", name=re.compile("Sign out Visitor")).click()
        await visit.page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
        await expect(visit.page.get_by_text("Open the link that you were sent")).to_be_visible()
