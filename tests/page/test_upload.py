"""Sending photos from the page, with a real browser: by picker, by drop, cut off, and after a reload."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Dialog, Page, Route, expect

from tests import factories as make
from tests.api import Api
from tests.ingest.conftest import small_jpeg
from tests.page.visitor import PHONE, Visit, visiting
from thumper.domain.access import Role

pytestmark = pytest.mark.slow

CUT_OFF = "net::ERR|status of 409|status of 410|status of 413|status of 422"
"""What Chromium writes of a line that was cut, and of answers that are no 200."""
RECEIPT = "{ dumps { nodes { location { name } receipt { found stored duplicate rejected } } } }"


LOSE_THE_FIRST_ANSWER = """() => {
    const send = XMLHttpRequest.prototype.send;
    let lost = false;
    XMLHttpRequest.prototype.send = function (body) {
        const { onload, onerror } = this;
        this.onload = () => {
            if (lost) return onload();
            lost = true;
            document.documentElement.dataset.lost = this.status;
            onerror();
        };
        send.call(this, body);
    };
}"""
"""The photo arrives, and the browser does not hear of it."""


async def receipts(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.ask(RECEIPT))["dumps"]["nodes"]
    return found


async def choose(page: Page, files: list[Path]) -> None:
    await page.locator("input[accept]").set_input_files(files)
    await page.get_by_role("button", name="Send ").click()


async def test_a_phone_sends_its_photos_and_is_told_what_became_of_each(
    api: Api, tmp_path: Path, photos: Callable[[int], list[Path]]
) -> None:
    await make.make_detector()
    ridge = await make.make_location("Ridge")
    cut = tmp_path / "CUT.JPG"
    cut.write_bytes(small_jpeg(1)[:200])
    chosen = [*photos(3), cut]
    async with visiting(api, "/cards", size_px=PHONE, expected_complaints=CUT_OFF) as visit:
        page = visit.page
        await expect(page.get_by_text("No card has arrived yet.")).to_be_visible()
        await page.locator("input[accept]").set_input_files(chosen)
        await expect(page.get_by_text("4 files chosen")).to_be_visible()
        await page.get_by_label("Where were they taken?").select_option(label="Ridge")
        await visit.assert_accessible()
        await page.get_by_role("button", name="Send 4 files").click()
        await expect(page.get_by_role("heading", name="Everything was sent")).to_be_visible(timeout=20_000)
        await expect(page.get_by_text("CUT.JPG", exact=True)).to_be_visible()
        await expect(page.get_by_text("Copy it from the card again")).to_be_visible()
        await expect(page.get_by_text("4 found: 3 stored, 0 known already, 1 rejected")).to_be_visible()
        await visit.assert_accessible()
        await page.get_by_role("link", name="See the receipt").click()
        await expect(page.get_by_role("heading", name="Not yet, because 1 file was rejected")).to_be_visible()
    assert await receipts(api) == [
        {
            "location": {"name": ridge.name},
            "receipt": {"found": 4, "stored": 3, "duplicate": 0, "rejected": 1},
        }
    ]


async def drop_folder(page: Page, folder: Path) -> None:
    """Drop a folder of this machine where photos are chosen, as from a window of its files."""
    area = await page.locator(".choose").bounding_box()
    assert area is not None
    mouse = await page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    at = {"x": area["x"] + area["width"] / 2, "y": area["y"] + area["height"] / 2}
    for what in ("dragEnter", "dragOver", "drop"):
        await mouse.send("Input.dispatchDragEvent", {"type": what, "data": data, **at})


async def test_a_dropped_folder_is_sent_with_those_in_it_and_without_what_systems_leave(
    api: Api, tmp_path: Path
) -> None:
    card = tmp_path / "CARD"
    for number, name in enumerate(("IMG_1.JPG", "DCIM/100A/IMG_1.JPG", "DCIM/100B/IMG_1.JPG", "Thumbs.db")):
        (card / name).parent.mkdir(parents=True, exist_ok=True)
        (card / name).write_bytes(small_jpeg(number))
    async with visiting(api, "/cards", expected_complaints=CUT_OFF) as visit:
        page = visit.page
        await drop_folder(page, card)
        await expect(page.get_by_text("1 file that systems leave on cards is left out.")).to_be_visible()
        await page.get_by_role("button", name="Send 3 files").click()
        await expect(page.get_by_role("heading", name="Everything was sent")).to_be_visible(timeout=20_000)
    assert [each["receipt"]["stored"] for each in await receipts(api)] == [3]


async def test_dropped_files_are_sent_without_what_systems_leave(api: Api) -> None:
    async with visiting(api, "/cards", expected_complaints=CUT_OFF) as visit:
        page = visit.page
        data = await page.evaluate_handle(
            """bytes => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "A.JPG"));
                data.items.add(new File(["x"], "Thumbs.db"));
                return data;
            }""",
            list(small_jpeg(1)),
        )
        await page.dispatch_event(".choose", "drop", {"dataTransfer": data})
        await expect(page.get_by_text("1 file that systems leave on cards is left out.")).to_be_visible()
        await page.get_by_role("button", name="Send 1 file").click()
        await expect(page.get_by_role("heading", name="Everything was sent")).to_be_visible(timeout=20_000)
    assert [each["receipt"]["stored"] for each in await receipts(api)] == [1]


async def test_a_line_that_breaks_is_waited_for_and_a_lost_answer_is_found_in_the_receipt(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    await make.make_detector()
    down = True

    async def line(route: Route) -> None:
        await (route.abort("internetdisconnected") if down else route.continue_())

    async with visiting(api, "/cards", expected_complaints=CUT_OFF) as visit:
        page = visit.page
        await page.evaluate(LOSE_THE_FIRST_ANSWER)
        await page.route("**/upload/**", line)
        await choose(page, photos(3))
        await expect(page.get_by_role("alert")).to_contain_text("NO_ANSWER")
        await expect(page.get_by_text("It goes on by itself")).to_be_visible()
        await visit.assert_accessible()
        down = False
        await page.get_by_role("button", name="Try now").click()
        await expect(page.get_by_role("heading", name="Everything was sent")).to_be_visible(timeout=20_000)
        await expect(page.locator("html")).to_have_attribute("data-lost", "201")
    assert [each["receipt"] for each in await receipts(api)] == [
        {"found": 3, "stored": 3, "duplicate": 0, "rejected": 0}
    ]


async def test_after_a_reload_what_has_not_arrived_is_chosen_again_and_joins_the_same_card(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    await make.make_detector()
    taken: list[str] = []

    async def first_alone(route: Route) -> None:
        if not taken or route.request.url in taken:
            taken.append(route.request.url)
            await route.continue_()
        else:
            await route.abort("internetdisconnected")

    async def accept(dialog: Dialog) -> None:
        await dialog.accept()

    async with visiting(api, "/cards", expected_complaints=CUT_OFF) as visit:
        page = visit.page
        page.on("dialog", accept)
        await page.route("**/upload/**", first_alone)
        await choose(page, photos(3))
        await expect(page.get_by_text("1 of 3 files")).to_be_visible()
        await page.reload()
        await page.unroute("**/upload/**")
        await expect(page.get_by_text("2 files of 3 had not arrived.")).to_be_visible()
        await visit.assert_accessible()
        await page.locator("input[accept]").set_input_files(photos(4))
        await expect(page.get_by_role("heading", name="Everything was sent")).to_be_visible(timeout=20_000)
        await page.reload()
        await expect(page.get_by_text("3 found: 3 stored")).to_be_visible()
        await expect(page.get_by_text("An upload was cut off")).to_have_count(0)
    assert [each["receipt"]["stored"] for each in await receipts(api)] == [3]


async def begin_and_cancel(page: Page, files: list[Path]) -> None:
    await choose(page, files)
    await expect(page.get_by_text(f"0 of {len(files)} files")).to_be_visible()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await page.get_by_role("button", name="Cancel sending").click()
    await expect(page.get_by_role("heading", name="Send photos")).to_be_visible()
    await expect(page.get_by_text("Choose photos")).to_be_visible()


def put_card_in(photo: Path) -> None:
    """Write a photo as it was before its card was pulled out, with its time."""
    photo.write_bytes(small_jpeg(7))
    os.utime(photo, (1_700_000_000, 1_700_000_000))


async def assert_out_of_reach(visit: Visit) -> None:
    out = visit.page.get_by_role("alert")
    await expect(out).to_contain_text("1 file of 2 cannot be read any more.")
    await expect(out).to_contain_text("Put the card back")
    await expect(visit.page.get_by_text("does not answer")).to_have_count(0)
    await visit.assert_accessible()


async def test_a_cancelled_upload_is_told_by_its_card_and_leaves_the_next_alone_and_a_card_may_be_pulled_out(
    api: Api, tmp_path: Path, photos: Callable[[int], list[Path]]
) -> None:
    await make.make_detector()
    let_go, done = asyncio.Event(), asyncio.Event()

    async def hold_first_answer(route: Route) -> None:
        if let_go.is_set() or "CreateUpload" not in (route.request.post_data or ""):
            await route.continue_()
            return
        let_go.set()
        answer = await route.fetch()
        await done.wait()
        await route.fulfill(response=answer)

    async with visiting(api, "/cards", role=Role.MEMBER, expected_complaints=CUT_OFF) as visit:
        page = visit.page
        await page.route("**/graphql", hold_first_answer)
        await begin_and_cancel(page, photos(2))
        card = tmp_path / "GONE.JPG"
        put_card_in(card)
        await page.locator("input[accept]").set_input_files([card, *photos(3)[2:]])
        card.unlink()
        await page.get_by_role("button", name="Send 2 files").click()
        await expect(page.get_by_text("1 of 2 files")).to_be_visible(timeout=20_000)
        async with page.expect_response(lambda said: "CancelUpload" in (said.request.post_data or "")):
            done.set()
        await assert_out_of_reach(visit)
        put_card_in(card)
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("heading", name="Everything was sent")).to_be_visible(timeout=20_000)
        assert sorted(each["receipt"]["stored"] for each in await receipts(api)) == [0, 2]
        await page.get_by_role("button", name="Send others").click()
        await page.route("**/upload/**", lambda route: route.abort("internetdisconnected"))
        await begin_and_cancel(page, photos(2))
        await expect(page.get_by_role("heading", name="All cards: 3")).to_be_visible()
        await page.get_by_role("link", name="Photos sent · place unknown").first.click()
        await expect(page.get_by_text("2 promised uploads never came.")).to_be_visible()
