"""What holds of every view: its size, what it asks for, and that names in it are never markup.

Views are taken from `page/src/views.ts`, so one that is added is looked at here, too.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.api import Api
from tests.attacks.test_markup import MARKUP
from tests.page.library import pictured_library
from tests.page.views_of_page import addresses
from tests.page.visitor import DESK, PHONE, visiting
from tests.small_library import Ids
from thumper.domain.access import Role
from thumper.store import models
from thumper.web.page import APP

pytestmark = pytest.mark.slow

MOST_BYTES: Final = 120_000
"""Compressed JavaScript of the first view."""
WIDE: Final = (3840, 2160)
_STATIC: Final = re.compile(r'(?:\bfrom|\bimport)\s*"(\./[^"]+\.js)"')
_INLINE: Final = "script:not([src]), iframe, object, embed, base, a[href^='javascript:' i], [srcdoc]"


def loaded(name: str, known: set[str]) -> Iterator[Path]:
    """Yield a script of the build and all that it imports before it runs."""
    if name in known:
        return
    known.add(name)
    script = APP / "assets" / name
    yield script
    for found in _STATIC.findall(script.read_text("utf-8")):
        yield from loaded(found.removeprefix("./"), known)


def test_the_script_of_the_first_view_is_small() -> None:
    index = (APP / "index.html").read_text("utf-8")
    first = re.findall(r'<script[^>]* src="\./assets/([^"]+)"', index)
    (today,) = (each.name for each in (APP / "assets").glob("Today-*.js"))
    known: set[str] = set()
    scripts = [script for name in (*first, today) for script in loaded(name, known)]
    assert len(scripts) > 1
    sizes = {each.name: len(gzip.compress(each.read_bytes(), 9)) for each in scripts}
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_the_page_has_no_script_or_style_of_its_own_in_its_text() -> None:
    index = (APP / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\bon\w+=|\bstyle=|https?://", index) == []


async def settled(page: Page) -> None:
    """Wait until a view has what it asked for."""
    await expect(page.locator("h1")).to_be_visible()
    await page.wait_for_function(
        "() => ![...document.querySelectorAll('[role=status]')].some((each) => each.textContent.startsWith('Loading'))"
    )


@pytest.mark.parametrize("size_px", [PHONE, DESK, WIDE], ids=["phone", "desk", "4K"])
async def test_every_view_fits_its_window(api: Api, tmp_path: Path, size_px: tuple[int, int]) -> None:
    ids = await pictured_library(tmp_path)
    async with visiting(api, "/", size_px=size_px) as visit:
        wrong: dict[str, object] = {}
        for address in addresses(ids):
            await visit.page.goto(f"{api.url}{address}")
            await settled(visit.page)
            if found := await visit.overflow_px():
                wrong[address] = f"{found} px too wide"
            elif await visit.page.get_by_text("leads to no view").count():
                wrong[address] = "leads to no view"
            elif small := await visit.small_targets():
                wrong[address] = small
        assert wrong == {}


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST])
async def test_every_view_opens_for_who_may_not_see_all(api: Api, tmp_path: Path, role: Role) -> None:
    ids = await pictured_library(tmp_path)
    async with visiting(api, "/", role=role, size_px=PHONE) as visit:
        for address in addresses(ids):
            await visit.page.goto(f"{api.url}{address}")
            await settled(visit.page)
            refusals = await visit.page.locator(".notice .code", has_text="FORBIDDEN").count()
            assert refusals == 0, f"{address} asks for what a {role} may not see"


async def name_all_as_markup(ids: Ids) -> None:
    """Give everything that has a name, a note or a text such that a page would run if it took it for markup."""
    named = {
        models.Location: ("name", "description"),
        models.Deer: ("name", "notes"),
        models.Camera: ("make", "model", "name", "serial"),
        models.Person: ("name",),
        models.Token: ("name",),
        models.Source: ("display_path",),
        models.Dump: ("display_folder",),
        models.Image: ("file_name", "error_message"),
        models.Detection: ("label",),
        models.Detector: ("name",),
        models.Review: ("note", "actor"),
    }
    assert ids
    for model, columns in named.items():
        fields = model._meta.db_fields
        for number, row in enumerate(await model.all().order_by("id")):
            words = f"{MARKUP[number % len(MARKUP)]} {number}"
            await model.filter(id=row.id).update(**{each: words for each in columns if each in fields})


@pytest.mark.timeout(180)
async def test_names_that_are_markup_are_shown_and_never_run(api: Api, tmp_path: Path) -> None:
    ids = await pictured_library(tmp_path)
    async with visiting(api, "/") as visit:
        await name_all_as_markup(ids)
        ran: list[str] = []
        visit.page.on("dialog", lambda dialog: ran.append(dialog.message))
        shown = ""
        for address in addresses(ids):
            await visit.page.goto(f"{api.url}{address}")
            await settled(visit.page)
            shown += await visit.page.locator("body").inner_text()
            assert await visit.page.locator(_INLINE).count() == 0, address
            assert await visit.overflow_px() == 0, address
        assert ran == []
        assert [words for words in MARKUP if words not in shown] == []


async def test_every_view_shows_its_query_and_asks_by_post_alone(api: Api, tmp_path: Path) -> None:
    ids = await pictured_library(tmp_path)
    async with visiting(api, "/") as visit:
        posted: list[str] = []
        visit.page.on(
            "request",
            lambda request: (
                posted.append(request.post_data or "") if request.url.endswith("/graphql") else None
            ),
        )
        for address in addresses(ids):
            posted.clear()
            await visit.page.goto(f"{api.url}{address}")
            await settled(visit.page)
            if address == "/sign-in":
                continue
            link = visit.page.get_by_role("link", name="Show me this query")
            await expect(link, address).to_have_count(1)
            assert any("query" in json.loads(body) for body in posted if body), address
