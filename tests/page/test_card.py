"""A card, with a real browser: its receipt, clock, place, and whether it may be wiped."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import Page, Route, expect

from tests import factories as make
from tests.api import Api
from tests.ingest.conftest import photo_of, small_jpeg
from tests.page.visitor import PHONE, visiting
from thumper.domain.access import Role
from thumper.domain.progress import FileState
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings

pytestmark = pytest.mark.slow

CREATE = """mutation ($files: [String!]!) { createUpload(input: {files: $files}) { dump { id } uploads { url } } }"""
FACTORY_DAY = dt.datetime(2010, 1, 1, 3, 20, tzinfo=dt.UTC)


async def upload(api: Api, *contents: bytes) -> str:
    """Send photos; return the id of their card."""
    names = [f"IMG_{number:04}.JPG" for number in range(len(contents))]
    made: dict[str, Any] = (await api.ask(CREATE, files=names))["createUpload"]
    for address, content in zip(made["uploads"], contents, strict=True):
        await api.http.put(address["url"], content=content)
    dump_id: str = made["dump"]["id"]
    return dump_id


async def open_list(page: Page, words: str) -> None:
    await page.get_by_role("link", name=re.compile(words)).click()


async def test_a_card_that_is_whole_may_be_wiped_and_printed(api: Api) -> None:
    card = await upload(api, small_jpeg(1), small_jpeg(2), small_jpeg(1))
    async with visiting(api, f"/cards/{card}") as visit:
        page = visit.page
        await expect(page.get_by_role("heading", name="Safe to wipe")).to_be_visible(timeout=20_000)
        await expect(page.get_by_role("heading", name="Photos sent · place unknown")).to_be_visible()
        (line,) = await visit.breakable()
        await expect(page.get_by_role("heading", name="Safe to wipe")).to_be_visible()
        await line.close(code=1012, reason="restart")
        await expect(page.get_by_role("heading", name="the connection to Thumper is lost")).to_be_visible()
        await expect(page.get_by_text("Safe to wipe")).to_have_count(0)
        await expect(page.get_by_role("heading", name="Safe to wipe")).to_be_visible(timeout=15_000)
        stored = page.get_by_role("link", name=re.compile("stored as new photos"))
        await expect(stored).to_contain_text("2")
        assert unquote(await stored.get_attribute("href") or "").endswith(f"/photos?dumpId={card}")
        await open_list(page, "1.known already")
        await expect(page.get_by_role("heading", name="Files that were known already: 1")).to_be_visible()
        await expect(page.get_by_text("Was known from: IMG_0000.JPG")).to_be_visible()
        await expect(page).to_have_url(re.compile(r"\?files=duplicate$"))
        await visit.assert_accessible()
        await page.emulate_media(media="print")
        await expect(page.get_by_role("heading", name="Safe to wipe")).to_be_visible()
        await expect(page.get_by_role("button", name="Print")).to_be_hidden()
        await expect(page.get_by_role("navigation")).to_be_hidden()


async def test_a_receipt_is_live_and_rejected_files_are_tried_again(api: Api, settings: Settings) -> None:
    dump = await make.make_dump(source=await make.make_source(settings.drop_dir), settled_at=make.NOON)
    await make.make_file(dump, FileState.REJECTED)
    async with visiting(api, f"/cards/{encode('Dump', dump.id)}", size_px=PHONE) as visit:
        page = visit.page
        await expect(page.get_by_role("heading", name="Rejected files: 1")).to_be_visible()
        await expect(page.get_by_text("It ends early.")).to_be_visible()
        await expect(page.get_by_text("Copy it from the card again")).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("data-live", "live")
        await page.get_by_role("link", name="Show me this query").last.scroll_into_view_if_needed()
        await visit.assert_accessible()
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_text("1 file is tried again.")).to_be_visible()
        await expect(page.get_by_role("link", name=re.compile("1.still to be read"))).to_be_visible()


async def test_rejected_uploads_say_why_they_are_left(api: Api) -> None:
    card = await upload(api, small_jpeg(1)[:200])
    async with visiting(api, f"/cards/{card}?files=rejected") as visit:
        await visit.page.get_by_role("button", name="Try again").click()
        await expect(visit.page.get_by_text("Send them again")).to_be_visible()


async def test_a_clock_is_repaired_in_place_and_the_repair_undone(api: Api) -> None:
    shots = [photo_of(FACTORY_DAY + dt.timedelta(hours=number), number) for number in range(3)]
    card = await upload(api, *shots)
    async with visiting(api, f"/cards/{card}", size_px=PHONE) as visit:
        page = visit.page
        clocks = page.get_by_role("region", name="Clocks")
        await expect(clocks.get_by_text("1 January")).to_be_visible()
        told = await api.ask(
            "query ($id: ID!) { images(where: {dumpId: $id, clockSuspect: true}) { totalCount } }", id=card
        )
        await expect(
            clocks.get_by_role("link", name=f"See the photos: {told['images']['totalCount']}")
        ).to_be_visible()
        await clocks.get_by_role("button", name="Repair the clock").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("The camera's clock showed")).to_be_visible()
        await dialog.get_by_label("When was this photo really taken").fill("2026-11-11T19:20:49")
        await visit.assert_accessible()
        await dialog.get_by_role("button", name="Show what would change").click()
        await expect(dialog.get_by_text("3 photos of 3 would get another time.")).to_be_visible()
        await visit.assert_accessible()
        assert (await api.ask("{ clockFixes { totalCount } }"))["clockFixes"]["totalCount"] == 0
        await dialog.get_by_role("button", name="Apply").click()
        await expect(dialog).to_have_count(0)
        await expect(clocks.get_by_text("Nothing is doubtful")).to_be_visible()
        await clocks.get_by_role("button", name="Undo").click()
        await expect(clocks.get_by_text("taken back")).to_be_visible()
        await expect(clocks.get_by_text("1 January")).to_be_visible()


async def test_what_the_api_refuses_is_said_in_the_form(api: Api) -> None:
    card = await upload(api, small_jpeg(1))  # no clock was read
    async with visiting(api, f"/cards/{card}") as visit:
        page = visit.page
        await page.get_by_role("button", name="Repair the clock").click()
        await page.get_by_label("When was this photo really taken").fill("2026-11-11T19:20:49")
        await page.get_by_role("button", name="Show what would change").click()
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("INVALID")
        await expect(page.get_by_role("button", name="Apply")).to_have_count(0)


async def test_a_card_gets_a_place_and_the_change_is_undone(api: Api) -> None:
    card = await upload(api, small_jpeg(1), small_jpeg(2))
    keys: list[str] = []

    async def lose_first_answer(route: Route) -> None:
        asked: dict[str, Any] = route.request.post_data_json or {}
        if "mutation SetPlace" not in asked["query"]:
            await route.continue_()
            return
        keys.append(asked["variables"]["input"]["idempotencyKey"])
        answer = await route.fetch()
        await (route.abort() if len(keys) == 1 else route.fulfill(response=answer))

    async with visiting(api, f"/cards/{card}", expected_complaints="ERR_FAILED") as visit:
        page = visit.page
        await page.route("**/graphql", lose_first_answer)
        place = page.get_by_role("region", name="Place")
        await expect(place.get_by_text("2 photos have no place.")).to_be_visible()
        await place.get_by_role("button", name="Say the place").last.click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Place").select_option(label="A new place")
        await dialog.get_by_label("Name of the new place").fill("Oak <b>Stand</b>")
        await visit.assert_accessible()
        await dialog.get_by_role("button", name="Show what would change").click()
        await expect(dialog.get_by_text("2 photos would be from Oak <b>Stand</b>.")).to_be_visible()
        await dialog.get_by_role("button", name="Apply").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("NO_ANSWER")
        await dialog.get_by_role("button", name="Apply").click()
        await expect(dialog).to_have_count(0)
        assert len(keys) == 2
        assert len(set(keys)) == 1, "it is known again by its key"
        await expect(place.get_by_text("The photos of this card are from Oak <b>Stand</b>.")).to_be_visible()
        await place.get_by_role("button", name="Undo").click()
        await expect(place.get_by_text("Nobody knows where")).to_be_visible()


async def test_cards_are_listed_by_pages_and_say_when_asked_whether_they_may_be_wiped(api: Api) -> None:
    for number in range(21):
        await make.make_dump(settled_at=make.NOON, first_seen_at=make.NOON + dt.timedelta(hours=number))
    card = await upload(api, small_jpeg(1))
    async with visiting(api, "/cards") as visit:
        page = visit.page
        await expect(page.get_by_role("heading", name="All cards: 22")).to_be_visible()
        row = page.get_by_role("listitem").filter(has_text="Photos sent")
        await row.get_by_role("button", name="May it be wiped?").click()
        await expect(row.get_by_text("Safe to wipe")).to_be_visible(timeout=20_000)
        await visit.assert_accessible()
        await page.get_by_role("link", name="Older cards").click()
        await expect(page.get_by_role("link", name="Newer cards")).to_be_visible()
        await expect(page.get_by_role("button", name="May it be wiped?")).to_have_count(2)
        await page.go_back()
        await row.get_by_role("link", name="Photos sent").click()
        await expect(page).to_have_url(f"{api.url}/cards/{card}")


async def test_a_guest_sees_no_cards(api: Api) -> None:
    card = await upload(api, small_jpeg(1))
    async with visiting(api, f"/cards/{card}", role=Role.GUEST) as visit:
        page = visit.page
        await expect(page.get_by_text("Cards are shown to members.")).to_be_visible()
        await expect(page.get_by_role("navigation").get_by_role("link", name="Cards")).to_have_count(0)
        await visit.assert_accessible()
