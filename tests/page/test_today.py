"""Today, with a real browser."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.async_api import expect
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.api import Api
from tests.page.library import draw_originals, pictured_library
from tests.page.visitor import PHONE, visiting
from thumper.domain.access import Role
from thumper.domain.progress import ImageState
from thumper.store import models

pytestmark = pytest.mark.slow


async def photos_wait(folder: Path, count: int) -> None:
    """Have photos arrive that wait to be looked at, each with its file from the moment it is there."""
    async with in_transaction("default"):
        await make.make_images(await make.make_dump(), count, state=ImageState.PENDING)
        await draw_originals(folder)


async def test_today_shows_the_queue_and_follows_it_over_one_connection(api: Api, tmp_path: Path) -> None:
    await pictured_library(tmp_path)
    async with visiting(api) as visit:
        page = visit.page
        told = await api.ask(
            "{ status { imageCounts { total completed } queueDepth lastDumps { dump { folder location { name } } } } }"
        )
        counts = told["status"]["imageCounts"]
        await expect(page.get_by_text(f"{counts['completed']} of {counts['total']} photos")).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("data-live", "live")
        for last in told["status"]["lastDumps"]:
            name = f"{last['dump']['folder']} · {last['dump']['location']['name']}"
            await expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        await visit.assert_accessible()
        await photos_wait(tmp_path, 3)
        await expect(page.get_by_text(f"of {counts['total'] + 3} photos")).to_be_visible()
        assert len(visit.sockets) == 1
        shown = await page.get_by_role("link", name="Show me this query").get_attribute("href")
        assert shown is not None
        assert shown.startswith("/graphql?query=query+Today")


async def test_today_says_what_is_new_since_this_person_looked(api: Api, tmp_path: Path) -> None:
    await pictured_library(tmp_path)
    now = dt.datetime.now(tz=dt.UTC)
    await models.Image.all().update(created_at=now - dt.timedelta(hours=1))
    animals = "{ images(where: {withoutDetections: false}) { totalCount } dumps { totalCount } }"
    told = await api.ask(animals)
    async with visiting(api, size_px=PHONE) as visit:
        page = visit.page
        fresh = page.get_by_role("region", name="New to you")
        await expect(
            fresh.get_by_role("link", name=f"{told['images']['totalCount']} with an animal")
        ).to_be_visible()
        await expect(fresh.get_by_role("link", name=f"{told['dumps']['totalCount']} cards")).to_be_visible()
        async with page.expect_response(lambda answer: "RecordLook" in (answer.request.post_data or "")):
            await expect(page.get_by_text("The doctor says:")).to_be_visible(timeout=15_000)
        await page.reload()
        await expect(fresh).to_be_visible()  # the visit goes on
        await page.get_by_role("link", name="Show me this query").scroll_into_view_if_needed()
        await visit.assert_accessible()
        await page.evaluate("() => sessionStorage.clear()")
        await page.reload()
        since = page.get_by_role("region", name="New since you looked")
        await expect(since.get_by_text("Nothing has arrived since.")).to_be_visible()


async def test_species_of_the_day_lead_to_their_photos(api: Api, tmp_path: Path) -> None:
    detector = await make.make_detector()
    now = dt.datetime.now(tz=dt.UTC)
    for _ in range(2):
        await make.make_boxed_image(await make.make_dump(), detector, boxes=1, taken_at=now)
    await draw_originals(tmp_path)
    async with visiting(api) as visit:
        species = visit.page.get_by_role("region", name="Species seen today")
        (said,) = (await api.ask("{ speciesCounts { scientificName imageCount species { commonName } } }"))[
            "speciesCounts"
        ]
        assert said["imageCount"] == 2
        link = species.get_by_role("link", name=said["species"]["commonName"])
        await expect(species.get_by_text("2 photos")).to_be_visible()
        assert "species=" in (await link.get_attribute("href") or "")


async def test_on_a_phone_an_empty_today_says_what_to_do(api: Api) -> None:
    async with visiting(api, size_px=PHONE) as visit:
        await expect(visit.page.get_by_text("No card has arrived yet.")).to_be_visible()
        await visit.assert_accessible()


async def test_a_line_that_breaks_is_made_again_and_said_meanwhile(api: Api, tmp_path: Path) -> None:
    async with visiting(api) as visit:
        page = visit.page
        html = page.locator("html")
        lines = await visit.breakable()
        await lines[0].close(code=1012, reason="restart")
        await expect(page.get_by_text("Reconnecting")).to_be_visible()
        await expect(html).to_have_attribute("data-live", "live", timeout=15_000)
        await photos_wait(tmp_path, 2)
        await expect(page.get_by_text("0 of 2 photos")).to_be_visible()
        assert len(lines) == 2


async def test_a_guest_sees_the_newest_photos_and_no_machine(api: Api, tmp_path: Path) -> None:
    await pictured_library(tmp_path)
    async with visiting(api, role=Role.GUEST) as visit:
        await expect(visit.page.get_by_role("heading", name="Newest photos")).to_be_visible()
        await expect(visit.page.get_by_role("heading", name="Queue")).to_have_count(0)
        await visit.assert_accessible()


async def test_with_six_windows_open_pictures_still_load(api: Api, tmp_path: Path) -> None:
    """A browser has six connections to a server over HTTP/1.1; WebSockets are not counted among them."""
    await pictured_library(tmp_path)
    async with visiting(api) as visit:
        pages = [await visit.page.context.new_page() for _ in range(6)]
        for page in pages:
            await page.goto(f"{api.url}/")
            await expect(page.locator("html")).to_have_attribute("data-live", "live")
        page = pages[-1]
        await expect(page.locator(".picture img")).to_have_count(8)
        await page.locator(".picture").last.scroll_into_view_if_needed()
        await page.wait_for_function("() => [...document.images].every((each) => each.naturalWidth > 0)")


async def test_the_query_opens_in_graphiql_and_does_not_run(api: Api) -> None:
    async with visiting(api) as visit:
        link = visit.page.get_by_role("link", name="Show me this query")
        asked: list[str] = []
        async with visit.page.context.expect_page() as opening:
            await link.click()
        window = await opening.value
        window.on("request", lambda request: asked.append(request.post_data or ""))
        await expect(window.locator(".graphiql-query-editor")).to_contain_text("query Today", timeout=60_000)
        await expect(window.locator(".graphiql-editors")).to_contain_text("isMember")
        await window.wait_for_timeout(500)
        assert not [body for body in asked if "query Today" in body]
