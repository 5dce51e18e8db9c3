"""The wall of photos, with a real browser: by day, by filter, by scrubber, as a burst."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, expect

from tests import factories as make
from tests.api import Api
from tests.page.library import draw_originals, pictured_library
from tests.page.visitor import PHONE, Visit, visiting
from tests.small_library import Ids
from thumper.domain.access import Role
from thumper.graphql.places import image_groups as graphql_groups
from thumper.store.places import image_groups as store_groups

pytestmark = pytest.mark.slow

MORNING = dt.datetime(2026, 3, 1, 15, tzinfo=dt.UTC)
TOTAL = "query ($where: ImageFilter) { images(where: $where) { totalCount } }"


async def total(api: Api, where: dict[str, Any]) -> int:
    """Return how many photos a filter finds, by the API."""
    count: int = (await api.ask(TOTAL, where=where))["images"]["totalCount"]
    return count


async def assert_total(visit: Visit, count: int) -> None:
    shown = "1 photo" if count == 1 else f"{count:,} photos"
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text(f"Photos {shown}")


async def hidden_by_bar(page: Page) -> list[str]:
    """Return what the bar of a phone covers when it gets the focus (WCAG 2.2, 2.4.11)."""
    reached, hidden = 0, []
    while True:
        await page.keyboard.press("Tab")
        told = await page.evaluate(
            """() => {
                const focused = document.activeElement;
                const bar = document.querySelector(".shell > nav");
                if (focused === document.body) return null;
                const behind = focused.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
                return [!bar.contains(focused) && behind, focused.outerHTML.slice(0, 200)];
            }"""
        )
        if told is None or reached > 60:
            break
        reached += 1
        if told[0]:
            hidden.append(told[1])
    assert reached > 20
    return hidden


def filters(ids: Ids) -> list[dict[str, Any]]:
    """Return filters of different kinds, one of which finds nothing."""
    return [
        {"locationId": ids["Location"][0]},
        {"dumpId": ids["Dump"][1], "state": "COMPLETED"},
        {"species": "Odocoileus virginianus", "sex": "MALE", "minConfidence": 0.5},
        {"withoutDeer": True},
        {"deerId": ids["Deer"][0]},
        {"dateAfter": "2020-01-01", "timeOfDayAfter": "18:00", "timeOfDayBefore": "06:00"},
        {"reviewed": True, "withoutDetections": False},
        {"tag": "of nobody"},
    ]


async def test_the_wall_shows_the_photos_of_every_filter_and_their_total(api: Api, tmp_path: Path) -> None:
    ids = await pictured_library(tmp_path)
    async with visiting(api, "/photos") as visit:
        page = visit.page
        await assert_total(visit, await total(api, {}))
        await expect(page.locator(".tile").first).to_be_visible()
        await page.keyboard.press("b")
        await expect(page.locator(".tile rect")).to_have_count(0)
        await page.keyboard.press("b")
        await expect(page.locator(".tile rect").first).to_be_attached()
        await visit.assert_accessible()
        for where in filters(ids):
            asked = {
                key: json.dumps(value) if isinstance(value, bool) else value for key, value in where.items()
            }
            await page.goto(f"{api.url}/photos?{urlencode(asked)}")
            await assert_total(visit, await total(api, where))
        await expect(page.get_by_text("No photo is as this filter wants it.")).to_be_visible()
        sheet = await page.get_by_role("link", name="Photos as CSV").get_attribute("href")
        assert (await api.http.get(sheet or "")).headers["x-total-count"] == "0"


async def test_on_a_phone_a_filter_is_chosen_and_taken_off(api: Api, tmp_path: Path) -> None:
    ids = await pictured_library(tmp_path)
    for number in range(101):
        await make.make_location(f"Zone {number:03}")
    async with visiting(api, "/photos", size_px=PHONE) as visit:
        page = visit.page
        await page.get_by_role("button", name="Filter").click()
        await expect(page.locator("option", has_text="Zone")).to_have_count(101)  # on two pages of the API
        await page.get_by_role("combobox", name="Stand", exact=True).select_option(value=ids["Location"][0])
        await page.get_by_role("combobox", name="Sex", exact=True).select_option("male")
        await expect(page).to_have_url(re.compile(r"/photos\?locationId=[^&]+&sex=MALE$"))
        await assert_total(visit, await total(api, {"locationId": ids["Location"][0], "sex": "MALE"}))
        await visit.assert_accessible()
        await page.get_by_role("button", name="Take off: Sex: male").click()
        await assert_total(visit, await total(api, {"locationId": ids["Location"][0]}))
        await page.go_back()
        await expect(page.get_by_role("combobox", name="Sex", exact=True)).to_have_value("MALE")


async def test_the_scrubber_leads_to_a_day_and_a_look_at_a_photo_back_to_it(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = await make.make_dump()
    for day in range(60):
        for minute in range(6):
            await make.make_image(dump, taken_at=MORNING + dt.timedelta(days=day, minutes=10 * minute))
    await draw_originals(tmp_path)
    async with visiting(api, "/photos") as visit:
        page = visit.page
        slider = page.get_by_role("slider", name="Way through the days")
        await assert_total(visit, 360)
        await expect(page.get_by_role("heading", name=re.compile("Apr 29, 2026"))).to_be_visible()
        assert await page.locator(".tile").count() < 100
        await slider.focus()
        await slider.press("PageDown")
        await expect(page.get_by_role("heading", name=re.compile("Mar 31, 2026"))).to_be_in_viewport()
        await expect(slider).to_have_attribute("aria-valuetext", "Tue, Mar 31, 2026: 6 photos")
        await page.locator(".days section").filter(has_text="Mar 31, 2026").locator(".tile a").first.click()
        await expect(page.get_by_role("heading", name="What is known")).to_be_visible()
        await page.go_back()
        await expect(slider).to_have_attribute("aria-valuetext", "Tue, Mar 31, 2026: 6 photos")
        await expect(page.get_by_role("heading", name=re.compile("Mar 31, 2026"))).to_be_in_viewport()
        await slider.press("End")
        await expect(page.get_by_role("heading", name=re.compile("Mar 1, 2026"))).to_be_in_viewport()
        await expect(page.locator(".tile").last).to_be_in_viewport()
        for module in (graphql_groups, store_groups):  # as if there were photos of more than 2,000 days
            monkeypatch.setattr(module, "MOST_GROUPS", 50)
        await page.reload()
        await expect(page.get_by_role("heading", name=re.compile("^Apr 2026"))).to_be_visible()
        await expect(slider).to_have_attribute("aria-valuetext", "Apr 2026: 174 photos")
        await slider.focus()
        await slider.press("PageDown")
        await expect(slider).to_have_attribute("aria-valuetext", "Mar 2026: 186 photos")
        await expect(page.get_by_role("heading", name=re.compile("^Mar 2026"))).to_be_in_viewport()
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_burst_stands_as_one_photo_and_opens_and_what_arrives_is_shown_when_asked_for(
    api: Api, tmp_path: Path
) -> None:
    dump, camera = await make.make_dump(), await make.make_camera(serial="7")
    for second in (0, 30, 60, 600):
        await make.make_image(dump, camera=camera, taken_at=MORNING + dt.timedelta(seconds=second))
    await draw_originals(tmp_path)
    async with visiting(api, "/photos") as visit:
        page = visit.page
        await assert_total(visit, 4)
        await expect(page.locator(".tile")).to_have_count(2)
        await expect(page.locator("html")).to_have_attribute("data-live", "live")
        await make.make_image(dump, camera=camera, taken_at=MORNING + dt.timedelta(seconds=1200))
        await draw_originals(tmp_path)
        fresh = page.get_by_role("button", name="1 new photo: show")
        await expect(fresh).to_be_visible(timeout=15_000)
        await assert_total(visit, 4)
        await expect(page.locator(".tile")).to_have_count(2)
        await visit.assert_accessible()
        await fresh.click()
        await assert_total(visit, 5)
        await expect(page.locator(".tile")).to_have_count(3)
        await expect(fresh).to_have_count(0)
        await page.get_by_role("link", name="Open the burst of 3 photos").click()
        await assert_total(visit, 3)
        await expect(page.locator(".tile")).to_have_count(3)


async def test_a_guest_sees_the_wall_without_what_is_withheld(api: Api, tmp_path: Path) -> None:
    await pictured_library(tmp_path)
    async with visiting(api, "/photos", role=Role.GUEST, size_px=PHONE) as visit:
        page = visit.page
        await page.get_by_role("button", name="Filter").click()
        await expect(page.get_by_role("combobox", name="Stand", exact=True)).to_be_visible()
        await expect(page.get_by_role("combobox", name="Condition", exact=True)).to_have_count(0)
        await expect(page.get_by_role("link", name="Photos as CSV")).to_have_count(0)
        await visit.assert_accessible()
        assert await hidden_by_bar(page) == []
