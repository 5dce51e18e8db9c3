"""What holds of every view: its size, what it asks for, and that names in it are never markup.

Views are taken from `page/src/views.ts`, so one that is added is looked at here, too.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, expect
from tortoise.models import Model

from tests.api import Api
from tests.attacks.test_markup import MARKUP
from tests.page.library import pictured_library
from tests.page.test_stands import aerial
from tests.page.views_of_page import addresses
from tests.page.visitor import DESK, PHONE, Visit, visiting
from thumper.domain.access import Role, Scope
from thumper.domain.mark import MarkKind
from thumper.store import models
from thumper.store.access import people, sessions, tokens
from thumper.web.page import APP

pytestmark = pytest.mark.slow

MOST_BYTES: Final = 120_000
"""Compressed JavaScript of the first view."""
WIDE: Final = (3840, 2160)
_STATIC: Final = re.compile(r'(?:\bfrom|\bimport)\s*"(\./[^"]+\.js)"')
_INLINE: Final = "script:not([src]), iframe, object, embed, base, a[href^='javascript:' i], [srcdoc]"

HIDDEN_WAYS: Final = """() => [...document.querySelectorAll('.shell > nav a')].filter((each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight;
}).map((each) => each.textContent)"""
"""Of the navigation, which is in sight wherever one is."""
SMALLEST: Final = (320, 568)
"""To which WCAG 2.2 holds a page (1.4.10)."""


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


async def found_wrong(visit: Visit) -> str:
    """Return what is wrong with the view that is shown; empty when nothing is."""
    page = visit.page
    if found := await visit.overflow_px():
        return f"{found} px too wide"
    if hidden := await page.evaluate(HIDDEN_WAYS):
        return f"the way is out of sight to {hidden}"
    if await page.get_by_text("leads to no view").count():
        return "leads to no view"
    if await page.locator(".notice .code", has_text="FORBIDDEN").count():
        return "asks for what this person may not see"
    if small := await visit.small_targets():
        return f"too small to tap: {small}"
    return ""


@pytest.mark.parametrize(
    ("size_px", "role"),
    [(PHONE, Role.OWNER), (PHONE, Role.GUEST), (DESK, Role.OWNER), (WIDE, Role.MEMBER)],
    ids=["phone", "guest", "desk", "4K"],
)
async def test_every_view_fits_its_window_and_who_looks(
    api: Api, tmp_path: Path, size_px: tuple[int, int], role: Role
) -> None:
    ids = await pictured_library(tmp_path)
    async with visiting(api, "/", size_px=size_px, role=role) as visit:
        wrong: dict[str, str] = {}
        for address in addresses(ids):
            await visit.page.goto(f"{api.url}{address}")
            await settled(visit.page)
            wrong[address] = await found_wrong(visit)
            queries = await visit.page.get_by_role("link", name="Show me this query").count()
            if role is not Role.GUEST and address != "/sign-in" and not queries:
                wrong[address] += "does not show its query"
        assert not any(wrong.values()), wrong
        if size_px == PHONE:
            await visit.page.goto(f"{api.url}/settings")  # signing in has no way to other views
            await settled(visit.page)
            bar = await visit.page.locator(".shell > nav").bounding_box()
            assert bar is not None
            assert bar["height"] < 2 * 44, "all names stand in one line"
            await visit.page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
            assert await found_wrong(visit) == ""


NAMED: Final[dict[type[Model], tuple[str, ...]]] = {
    models.Location: ("name", "description"),
    models.Deer: ("name", "notes"),
    models.Camera: ("make", "model", "name", "serial"),
    models.Person: ("name",),
    models.Token: ("name",),
    models.Session: ("user_agent",),
    models.PropertyMap: ("name",),
    models.Source: ("display_path",),
    models.Dump: ("display_folder",),
    models.File: ("display_path",),
    models.Image: ("file_name",),
    models.Mark: ("text", "actor"),
    models.Detection: ("label",),
    models.Detector: ("name",),
    models.Review: ("note", "actor"),
}
"""What has a name, a note or a text that came from outside."""


async def name_all_as_markup() -> None:
    """Rename everything such that a page would run it if it took it for markup."""
    for model, columns in NAMED.items():
        rows = await model.all().order_by("id")
        assert rows, f"there is no {model.__name__}"
        for number, row in enumerate(rows):
            words = f"{MARKUP[number % len(MARKUP)]} {model.__name__} {number}"
            await model.filter(pk=row.pk).update(**dict.fromkeys(columns, words))


async def mark_all(api: Api) -> None:
    """Tag and note every photo, sign more devices in, give programs tokens, and send pictures of the property."""
    for image in await models.Image.all():
        for kind in (MarkKind.TAG, MarkKind.NOTE):
            await models.Mark.create(image=image, kind=kind, text="x", actor="x")
    for number in range(len(MARKUP)):
        person = await people.add(f"Guest {number}", Role.GUEST)
        await sessions.begin((await sessions.make_link(person)).secret)
        await tokens.issue(person, f"program {number}", {Scope.READ}, expires_at=None)
        sent = await api.http.post("/maps", params={"name": f"Map {number}"}, content=aerial())
        assert sent.status_code == 201


@pytest.mark.timeout(180)
async def test_names_that_are_markup_are_shown_and_never_run(api: Api, tmp_path: Path) -> None:
    ids = await pictured_library(tmp_path)
    async with visiting(api, "/") as visit:
        await mark_all(api)
        await name_all_as_markup()
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
        unseen = {model.__name__ for model in NAMED if not re.search(rf" {model.__name__} \d", shown)}
        assert unseen == {"Source"}, "all but where cards come from, which no view shows"
