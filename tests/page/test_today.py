"""Today, with a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests import factories as make
from tests.api import Api
from tests.page.visitor import PHONE, visiting
from tests.small_library import small_library

pytestmark = pytest.mark.slow


async def test_today_shows_the_queue_and_follows_it_over_one_connection(api: Api) -> None:
    await small_library()
    async with visiting(api) as visit:
        page = visit.page
        told = await api.ask(
            "{ status { imageCounts { total completed } queueDepth lastDumps { dump { number location { name } } } } }"
        )
        counts = told["status"]["imageCounts"]
        await expect(page.get_by_text(f"{counts['completed']} of {counts['total']} photos")).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("data-live", "live")
        for last in told["status"]["lastDumps"]:
            name = f"Card {last['dump']['number']} · {last['dump']['location']['name']}"
            await expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        await visit.assert_accessible()
        await make.make_images(await make.make_dump(), 3)
        await expect(page.get_by_text(f"of {counts['total'] + 3} photos")).to_be_visible()
        assert len(visit.sockets) == 1
        shown = await page.get_by_role("link", name="Show me this query").get_attribute("href")
        assert shown is not None
        assert shown.startswith("/graphql?query=query+Today")


async def test_on_a_phone_an_empty_today_says_what_to_do(api: Api) -> None:
    async with visiting(api, size_px=PHONE) as visit:
        await expect(visit.page.get_by_text("No card has arrived yet.")).to_be_visible()
        await visit.assert_accessible()
