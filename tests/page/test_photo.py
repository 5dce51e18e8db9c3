"""One photo, with a real browser: what is known of it, its neighbours, what people say of it, moving and deleting."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.api import Api
from tests.page.library import pictured_library
from tests.page.visitor import PHONE, visiting
from thumper.domain.access import Role
from thumper.store import models

pytestmark = pytest.mark.slow

LONG_AGO = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
"""Guests see photos 48 hours after they arrived."""
LIST = "query ($stand: ID) { images(where: { locationId: $stand }) { nodes { id } } }"
ONE = "query ($id: ID!) { image(id: $id) { star { createdAt } tags { name } note { text } location { id name } } }"


async def test_a_photo_is_marked_and_its_neighbours_are_those_of_the_filter(api: Api, tmp_path: Path) -> None:
    ids = await pictured_library(tmp_path)
    stand = ids["Location"][0]
    listed = [each["id"] for each in (await api.ask(LIST, stand=stand))["images"]["nodes"]]
    async with visiting(api, f"/photos/{listed[0]}?locationId={stand}") as visit:
        page = visit.page
        await expect(page.get_by_role("heading", name="What is known")).to_be_visible()
        await visit.assert_accessible()
        for photo in listed[1:3]:
            await page.get_by_role("link", name="Older").wait_for()
            await page.keyboard.press("ArrowRight")
            await expect(page).to_have_url(f"{api.url}/photos/{photo}?locationId={stand}")
        await page.get_by_role("link", name="Newer").wait_for()
        await page.keyboard.press("ArrowLeft")
        await expect(page).to_have_url(f"{api.url}/photos/{listed[1]}?locationId={stand}")
        await page.get_by_role("button", name="Star").click()
        await expect(page.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
        await page.get_by_label("Tag", exact=True).fill("big <b>eight</b>")
        await page.get_by_role("button", name="Add tag").click()
        await expect(page.get_by_role("link", name="big <b>eight</b>")).to_be_visible()
        await page.get_by_label("Note", exact=True).fill("Limps")
        await page.get_by_role("button", name="Save note").click()
        await expect(page.get_by_text("by Visitor")).to_be_visible()
        told = (await api.ask(ONE, id=listed[1]))["image"]
        assert told["star"] is not None
        assert [told["tags"][0]["name"], told["note"]["text"]] == ["big <b>eight</b>", "Limps"]


async def test_on_a_phone_the_owner_swipes_to_a_photo_moves_it_and_deletes_it(
    api: Api, tmp_path: Path
) -> None:
    ids = await pictured_library(tmp_path)
    newest, older, *_ = [each["id"] for each in (await api.ask(LIST))["images"]["nodes"]]
    before = (await api.ask(ONE, id=older))["image"]["location"]["id"]
    assert before != ids["Location"][1]
    async with visiting(api, f"/photos/{newest}", size_px=PHONE, touch=True) as visit:
        page, photo = visit.page, older
        picture = page.locator(".large")
        await page.get_by_role("link", name="Older").wait_for()
        await visit.touch(picture, (0.8, 0.5), (0.5, 0.5), (0.2, 0.5))
        await expect(page).to_have_url(f"{api.url}/photos/{older}")
        await page.get_by_role("link", name="Newer").wait_for()
        await visit.touch(picture, (0.2, 0.5), (0.8, 0.5))
        await expect(page).to_have_url(f"{api.url}/photos/{newest}")
        await page.get_by_role("link", name="Older").wait_for()
        await visit.touch(picture, (0.2, 0.2), (0.3, 0.9))  # a look further down
        await visit.touch(picture, (0.8, 0.5), (0.2, 0.5))
        await expect(page).to_have_url(f"{api.url}/photos/{photo}")
        await page.get_by_role("button", name="Move to another stand").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("combobox").select_option(value=ids["Location"][1])
        await expect(dialog.get_by_text("The photo moves there")).to_be_visible()
        await dialog.get_by_role("button", name="Move", exact=True).click()
        await expect(dialog).to_have_count(0)
        assert (await api.ask(ONE, id=photo))["image"]["location"]["id"] == ids["Location"][1]
        await expect(page.get_by_text("1 photo was moved to")).to_be_visible()
        await visit.assert_accessible()
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("1 photo was moved to")).to_have_count(0)
        assert (await api.ask(ONE, id=photo))["image"]["location"]["id"] == before
        await page.get_by_role("button", name="Delete", exact=True).click()
        await expect(dialog.get_by_text("The original stays where it is")).to_be_visible()
        await visit.assert_accessible()
        await dialog.get_by_role("button", name="Delete for good").click()
        await expect(page).not_to_have_url(re.compile(re.escape(photo)))
        assert (await api.ask(ONE, id=photo))["image"] is None


async def test_a_guest_sees_a_photo_and_changes_nothing(api: Api, tmp_path: Path) -> None:
    ids = await pictured_library(tmp_path)
    await models.Location.all().update(shared=True)
    await models.Image.all().update(created_at=LONG_AGO)
    async with visiting(api, f"/photos/{ids['Image'][0]}", role=Role.GUEST) as visit:
        page = visit.page
        await expect(page.get_by_role("heading", name="What is known")).to_be_visible()
        await expect(page.locator(".large img")).to_be_visible()
        for name in ("Delete", "Move to another stand", "Star"):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)
        await expect(page.get_by_role("link", name="Original")).to_have_count(0)
        await visit.assert_accessible()
