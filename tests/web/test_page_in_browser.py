from __future__ import annotations

import contextlib

import pytest
from playwright.async_api import Page, expect

from tests import factories as make
from tests.api import Api
from tests.browser import browser_of_its_own
from tests.sign_in import headers_at
from thumper.web import page as query_page


@pytest.mark.slow
async def test_graphiql_queries_and_subscribes_without_the_internet(api: Api) -> None:
    assert query_page._COMPLETE.exists(), "GraphiQL's files are missing: run make page"
    await make.make_images(await make.make_dump(), 3)
    async with browser_of_its_own() as browser:
        page = await browser.new_page(extra_http_headers=headers_at(api.url))
        complaints: list[str] = []
        asked: list[str] = []
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{api.url}/graphql")
        await _run(page, "LatestPhotos", expected='"totalCount": 3')
        await _run(page, "Live", expected='"snapshot": true')
        await expect(page.get_by_role("link", name="owner")).to_have_attribute("href", "sign-in")
    assert complaints == []
    assert {url for url in asked if not url.startswith(api.url)} == set()


async def _run(page: Page, tab: str, *, expected: str) -> None:
    """Open an example, run it and wait for the answer."""
    await page.get_by_role("tab", name=tab).click(timeout=120_000)
    await expect(page.locator(".graphiql-query-editor")).to_contain_text(tab, timeout=120_000)
    for _ in range(20):
        # GraphiQL takes a moment to note which operation a newly opened tab holds.
        await page.wait_for_timeout(500)
        await page.locator(".graphiql-execute-button").click(timeout=120_000)
        with contextlib.suppress(AssertionError):
            await expect(page.locator(".result-window")).to_contain_text(expected, timeout=5_000)
            return
    pytest.fail(f"{tab} was not answered: {await page.locator('.result-window').inner_text()}")
