"""Review where the network comes and goes, with a real browser: nothing that was said is lost or said twice."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, expect

from tests.api import Api, running_api
from tests.page.shared_browser import LAN_NAME
from tests.page.test_review import assert_counted, assert_sent, boxes_to_review, said_of, stands
from tests.page.visitor import Visit, visiting
from thumper.settings import Settings
from thumper.store import models

pytestmark = pytest.mark.slow

BROKEN_LINE = r"ERR_FAILED|WebSocket|Failed to load resource"
WAITING = """() => Object.entries(localStorage)
    .filter(([name, text]) => name.startsWith('thumper.journal ') && text.includes('"state":"waiting"')).length"""


FILL = """() => {
    let text = '';
    for (let more = 4_000_000; more >= 1; more = Math.floor(more / 2)) {
        for (;;) {
            try {
                localStorage.setItem('filled', text + 'x'.repeat(more));
                text += 'x'.repeat(more);
            } catch {
                break;
            }
        }
    }
}"""
KEEP_ONLY = """words => {
    const own = Object.entries(localStorage).filter(([name]) => name.startsWith('thumper.journal '));
    const last = own.filter(([, text]) => text.includes(`"words":"${words}"`)).at(-1);
    for (const [name] of own) if (name !== last[0]) localStorage.removeItem(name);
}"""
"""Forgets all words but one, so that none can be forgotten to make room."""


async def break_line(route: Route) -> None:
    """Let nothing through."""
    await route.abort()


async def assert_waiting(page: Page, count: int) -> None:
    """Wait until that many words lie in the browser and are to be sent."""
    await page.wait_for_function(f"count => ({WAITING})() === count", arg=count)


async def say_offline(api: Api, visit: Visit, boxes: list[models.Detection]) -> None:
    """Review three boxes without a network, reload, and hold what the server knows once it answers."""
    page = visit.page
    await expect(page.locator(".label-line")).to_contain_text("% sure")
    await page.route("**/graphql", break_line)
    for key, told in (("d", "Said: Doe"), ("f", "Said: Fawn"), ("n", "Said: Not an animal")):
        await page.keyboard.press(key)
        await expect(page.locator(".told")).to_have_text(told)
    await expect(page.locator(".unsent")).to_contain_text("3")
    assert await said_of(api, boxes[0]) == (None, "buck")
    await page.reload()
    await assert_waiting(page, 3)
    await page.unroute("**/graphql", break_line)
    await page.reload()
    await assert_waiting(page, 0)
    stood = [await said_of(api, box) for box in boxes[:3]]
    assert stood == [("CORRECTED", "doe"), ("CORRECTED", "fawn"), ("REJECTED", None)]
    in_order = await models.Review.all().order_by("created_at", "id").values_list("detection_id", flat=True)
    assert list(in_order) == [box.id for box in boxes[:3]]
    told_of = [await stands(api, box) for box in boxes[:3]]
    assert [len(each["reviews"]) for each in told_of] == [1, 1, 1]
    await assert_counted(api, page)


async def test_what_is_said_offline_survives_a_reload_and_is_sent_once(api: Api, tmp_path: Path) -> None:
    boxes = await boxes_to_review(tmp_path, 4)
    async with visiting(api, "/review", expected_complaints=BROKEN_LINE) as visit:
        await say_offline(api, visit, boxes)


async def test_a_word_whose_answer_was_lost_is_said_once(api: Api, tmp_path: Path) -> None:
    box, *_ = await boxes_to_review(tmp_path, 2)
    lost: list[str] = []

    async def lose_first_answer(route: Route) -> None:
        if lost or "idempotencyKey" not in (route.request.post_data or ""):
            await route.continue_()
            return
        lost.append(await (await route.fetch()).text())
        await route.abort()

    async with visiting(api, "/review", expected_complaints=BROKEN_LINE) as visit:
        await expect(visit.page.locator(".label-line")).to_contain_text("85% sure")
        await visit.page.route("**/graphql", lose_first_answer)
        await visit.page.keyboard.press("d")
        await expect(visit.page.locator(".told")).to_have_text("Said: Doe")
        await assert_waiting(visit.page, 0)
        assert len(lost) == 1
        told = await stands(api, box)
        assert (told["verdict"], len(told["reviews"])) == ("CORRECTED", 1)
        await assert_counted(api, visit.page)


async def test_the_same_over_plain_http_by_a_name_of_the_lan(settings: Settings, tmp_path: Path) -> None:
    async with running_api(settings.model_copy(update={"allowed_hosts": LAN_NAME})) as api:
        boxes = await boxes_to_review(tmp_path, 4)
        async with visiting(api, "/review", over_lan=True, expected_complaints=BROKEN_LINE) as visit:
            assert not await visit.page.evaluate("'locks' in navigator")
            await say_offline(api, visit, boxes)
            await say_with_a_full_storage(api, visit, boxes[3])


async def say_with_a_full_storage(api: Api, visit: Visit, box: models.Detection) -> None:
    """Review a box, and take that back, where the browser has no room: that is said, and nothing is half done."""
    page = visit.page
    await page.evaluate(FILL)
    await page.reload()
    await expect(page.locator(".label-line")).to_contain_text("% sure")
    await page.keyboard.press("d")
    await expect(page.locator(".told")).to_have_text("Said: Doe")
    await assert_waiting(page, 0)
    assert await said_of(api, box) == ("CORRECTED", "doe")
    await page.evaluate(KEEP_ONLY, "Doe")
    await page.evaluate(FILL)
    await page.keyboard.press("z")
    await expect(page.get_by_role("alert")).to_contain_text("no room to keep what you say")
    await page.evaluate("() => localStorage.removeItem('filled')")
    await page.keyboard.press("z")
    await expect(page.locator(".told")).to_have_text("Taken back: Doe")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await assert_waiting(page, 0)
    assert await said_of(api, box) == (None, "buck")


async def test_what_is_said_while_the_server_restarts_is_sent_once_when_it_is_back(
    settings: Settings, tmp_path: Path
) -> None:
    async with contextlib.AsyncExitStack() as server:
        api = await server.enter_async_context(running_api(settings))
        boxes = await boxes_to_review(tmp_path, 4)
        async with visiting(api, "/review", expected_complaints=BROKEN_LINE) as visit:
            page = visit.page
            await expect(page.locator(".label-line")).to_contain_text("% sure")
            await expect(page.locator("html")).to_have_attribute("data-live", "live")
            await page.keyboard.press("d")
            await assert_sent(page, "Said: Doe")
            await server.aclose()
            for key, told in (("f", "Said: Fawn"), ("n", "Said: Not an animal")):
                await page.keyboard.press(key)
                await expect(page.locator(".told")).to_have_text(told)
            await expect(page.locator(".unsent")).to_contain_text("2")
            await expect(page.get_by_text("Reconnecting")).to_be_visible()
            api = await server.enter_async_context(running_api(settings, port=urlsplit(api.url).port or 0))
            await assert_waiting(page, 0)
            await expect(page.locator(".unsent")).to_have_text("")
            await expect(page.locator("html")).to_have_attribute("data-live", "live", timeout=20_000)
            stood = [await said_of(api, box) for box in boxes[:3]]
            assert stood == [("CORRECTED", "doe"), ("CORRECTED", "fawn"), ("REJECTED", None)]
            assert [len((await stands(api, box))["reviews"]) for box in boxes] == [1, 1, 1, 0]
            await assert_counted(api, page)
