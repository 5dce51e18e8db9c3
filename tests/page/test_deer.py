"""The herd book and one deer, with a real browser."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests import factories as make
from tests.api import Api
from tests.page.library import draw_originals, pictured_library
from tests.page.visitor import PHONE, visiting
from thumper.domain.access import Role
from thumper.graphql.relay.identity import encode
from thumper.store import models

pytestmark = pytest.mark.slow

TOTALS = """query ($id: ID!) {
  deer(id: $id) { name sex status notes images(first: 0) { totalCount } sightings(first: 0) { totalCount } }
}"""


async def seen_deer(folder: Path, name: str = "Split Brow") -> str:
    """Make a deer with three sightings: two at Oak in November, one at Creek in December; return its id."""
    detector, deer = await make.make_detector(), await make.make_deer(name, notes="left ear torn")
    taken = [
        dt.datetime(2024, 11, 2, 12, 30, tzinfo=dt.UTC),
        dt.datetime(2024, 11, 9, 13, tzinfo=dt.UTC),
        dt.datetime(2024, 12, 1, 23, 10, tzinfo=dt.UTC),
    ]
    oak = await make.make_location("Oak", time_zone="America/Chicago", shared=True)
    creek = await make.make_location("Creek", time_zone="America/Chicago")
    dump = await make.make_dump(oak)
    for place, at in zip((oak, oak, creek), taken, strict=True):
        _, (box,) = await make.make_boxed_image(dump, detector, location=place, taken_at=at)
        await make.decide(box, deer)
    await draw_originals(folder)
    return encode("Deer", deer.id)


async def fill(page: Page, **values: str) -> None:
    """Fill the fields of the form that is open."""
    for label, value in values.items():
        dialog = page.get_by_role("dialog")
        if label in {"Sex", "Status"}:
            await dialog.get_by_role("combobox", name=label, exact=True).select_option(label=value)
        else:
            await dialog.get_by_role("textbox", name=label, exact=True).fill(value)


async def test_the_herd_book_shows_searches_and_orders_all_deer(api: Api, tmp_path: Path) -> None:
    await pictured_library(tmp_path)
    await make.make_deer("Old Ghost", sex="male", status="missing")
    async with visiting(api, "/deer") as visit:
        page = visit.page
        told = await api.ask("{ allDeer(first: 0) { totalCount } }")
        await expect(page.get_by_role("status").filter(has_text="known deer")).to_have_text(
            f"{told['allDeer']['totalCount']} known deer"
        )
        await expect(page.locator(".herd .picture img")).to_have_count(3)
        await visit.assert_accessible()
        await page.get_by_role("searchbox", name="Name").fill("ghost")
        await expect(page.get_by_role("link", name="Old Ghost")).to_be_visible()
        await expect(page.locator(".deer-card")).to_have_count(1)
        await expect(page).to_have_url(re.compile(r"/deer\?nameContains=ghost$"))
        await page.get_by_role("combobox", name="Sex").select_option(label="Female")
        await expect(page.get_by_text("No deer is like that.")).to_be_visible()
        await page.get_by_role("link", name="Show all deer").click()
        await page.get_by_role("combobox", name="Order").select_option(label="By name")
        await expect(page.locator(".deer-card strong").last).to_have_text("Old Ghost")


async def test_a_page_of_the_herd_book_follows_another(api: Api) -> None:
    for number in range(30):
        await make.make_deer(f"Doe {number:02}")
    async with visiting(api, "/deer?orderBy=NAME", size_px=PHONE) as visit:
        page = visit.page
        await expect(page.get_by_text("30 known deer")).to_be_visible()
        await page.get_by_role("link", name="Next page").click()
        await expect(page.locator(".deer-card")).to_have_count(6)
        await visit.assert_accessible()
        await page.get_by_role("link", name="Previous page").click()
        await expect(page.locator(".deer-card strong").first).to_have_text("Doe 00")


async def test_a_deer_is_made_and_changed_by_a_member_and_not_deleted(api: Api) -> None:
    await make.make_deer("Nine Point")
    async with visiting(api, "/deer", size_px=PHONE, role=Role.MEMBER) as visit:
        page = visit.page
        await page.get_by_role("button", name="New deer").click()
        await fill(page, Name="nine point", Sex="Male", Notes="droptine")
        await visit.assert_accessible()
        await page.get_by_role("button", name="Make it known").click()
        await expect(page.get_by_role("alert")).to_contain_text("NAME_TAKEN")
        await fill(page, Name="Droptine")
        await page.get_by_role("button", name="Make it known").click()
        await expect(page.get_by_role("heading", name="Droptine", level=1)).to_be_visible()
        await expect(page.get_by_text("Open a photo or Review")).to_be_visible()
        await page.get_by_role("button", name="Change").click()
        await fill(page, Name="Old Droptine", Status="Missing", Notes="not since the flood")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Old Droptine", level=1)).to_be_visible()
        kept = (await models.Deer.filter(name="Old Droptine").values("sex", "status", "notes"))[0]
        assert kept == {"sex": "male", "status": "missing", "notes": "not since the flood"}
        await expect(page.get_by_role("button", name="Delete")).to_have_count(0)


async def test_a_deer_shows_when_and_where_it_was_seen(api: Api, tmp_path: Path) -> None:
    deer_id = await seen_deer(tmp_path)
    async with visiting(api, f"/deer/{deer_id}") as visit:
        page = visit.page
        totals = (await api.ask(TOTALS, id=deer_id))["deer"]
        await expect(
            page.get_by_role("heading", name=f"{totals['sightings']['totalCount']} sightings")
        ).to_be_visible()
        photos = page.get_by_role("link", name=f"{totals['images']['totalCount']} photos", exact=True)
        assert await photos.get_attribute("href") == f"/photos?deerId={deer_id}"
        await expect(page.get_by_text("First seen: Sat, Nov 2, 2024, 7:30:00 AM CDT")).to_be_visible()
        await expect(page.get_by_text("left ear torn")).to_be_visible()
        await expect(page.get_by_role("link", name="Oak 2", exact=True)).to_be_visible()
        month = page.get_by_role("link", name="Nov 2024 2", exact=True)
        assert (
            await month.get_attribute("href")
        ) == f"/photos?dateAfter=2024-11-01&dateBefore=2024-12-01&deerId={deer_id}"
        await expect(page.get_by_role("link", name=re.compile(r"7\sAM – 8\sAM 2"))).to_be_visible()
        await visit.assert_accessible()
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="Export sightings").click()
        sheet = Path(await (await downloading.value).path()).read_text("utf-8-sig")
        assert len(sheet.splitlines()) == 1 + totals["sightings"]["totalCount"]


async def test_a_deer_that_was_seen_is_deleted_when_its_sightings_are_taken_back(
    api: Api, tmp_path: Path
) -> None:
    deer_id = await seen_deer(tmp_path)
    async with visiting(api, f"/deer/{deer_id}", size_px=PHONE) as visit:
        page = visit.page
        await page.get_by_role("button", name="Delete").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("cannot be deleted: it has 3 sightings")
        await expect(dialog.get_by_role("button", name="Delete")).to_have_count(0)
        await visit.assert_accessible()
        await dialog.get_by_role("button", name="Close").click()
        is_not = page.get_by_role("button", name="Not Split Brow")
        await is_not.first.click()
        await expect(page.get_by_role("heading", name="2 sightings")).to_be_visible()
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_role("heading", name="3 sightings")).to_be_visible()
        for left in (2, 1, 0):
            await is_not.first.click()
            await expect(is_not).to_have_count(left)
        await page.get_by_role("button", name="Delete").click()
        await dialog.get_by_role("button", name="Delete").click()
        await expect(page.get_by_text("No deer has a name yet.")).to_be_visible()


async def test_a_sighting_that_somebody_says_elsewhere_appears_also_one_that_was_said_without_a_line(
    api: Api, tmp_path: Path
) -> None:
    deer_id = await seen_deer(tmp_path)
    dump, detector = (
        await models.Dump.first() or await make.make_dump(),
        await models.Detector.get(current=True),
    )
    boxes = [(await make.make_boxed_image(dump, detector))[1][0] for _ in range(2)]
    await draw_originals(tmp_path)

    async def say(box: models.Detection) -> None:
        await api.ask(
            "mutation ($input: DecideIdentityInput!) { decideIdentity(input: $input) { errors { code } } }",
            input={"deerId": deer_id, "detectionIds": [encode("Detection", box.id)], "verdict": "IS"},
        )

    async with visiting(api, f"/deer/{deer_id}") as visit:
        html = visit.page.locator("html")
        (line,) = await visit.breakable()
        await expect(visit.page.get_by_role("heading", name="3 sightings")).to_be_visible()
        await say(boxes[0])
        await expect(visit.page.get_by_role("heading", name="4 sightings")).to_be_visible()
        await line.close(code=1012, reason="restart")
        await expect(html).to_have_attribute("data-live", "reconnecting")
        await say(boxes[1])
        await expect(visit.page.get_by_role("heading", name="5 sightings")).to_be_visible(timeout=15_000)


async def test_a_guest_sees_deer_of_shared_stands_and_changes_nothing(api: Api, tmp_path: Path) -> None:
    deer_id = await seen_deer(tmp_path)
    await models.Image.all().update(created_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    async with visiting(api, f"/deer/{deer_id}", role=Role.GUEST) as visit:
        page = visit.page
        await expect(page.get_by_role("heading", name="2 sightings")).to_be_visible()
        await expect(page.get_by_text("left ear torn")).to_have_count(0)
        await expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
        await expect(page.get_by_role("link", name="Export")).to_have_count(0)
        await visit.assert_accessible()
        await page.get_by_role("navigation").get_by_role("link", name="Deer").click()
        await expect(page.get_by_text("1 known deer")).to_be_visible()
        await expect(page.get_by_role("button", name="New deer")).to_have_count(0)
