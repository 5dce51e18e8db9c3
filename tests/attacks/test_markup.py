"""Names that are markup stay text: in EXIF, of files, folders, deer and places, in a real browser's GraphiQL."""

from __future__ import annotations

import contextlib
import json
import unicodedata
from pathlib import Path
from typing import Final

import pytest
from PIL import ExifTags
from PIL import Image as Picture
from playwright.async_api import Page, expect

from tests import factories as make
from tests.api import Api
from tests.browser import browser_of_its_own
from tests.ingest.conftest import small_jpeg
from tests.sign_in import headers_at
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.settings import Settings

pytestmark = pytest.mark.slow

MARKUP: Final = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "javascript:alert(4)",
    "</textarea><iframe srcdoc='<script>parent.alert(5)</script>'>",
    "{{constructor.constructor('alert(6)')()}}",
    "';alert(7)//",
    "<a href=javascript:alert(8)>x</a>",
)
"""What a page would run that took a name for markup, or for a piece of a script."""

MISLEADING: Final = "gpj.\u202egnp\x1b]0;owned\x07\u2066\u200f"
"""A name that turns what follows around, and that a terminal would obey."""

EVERYTHING: Final = """query Everything {
  images(first: 20) { nodes { fileName camera { make model name } dump { folder } location { name }
    exif { comment description tags { name text } } } }
  allDeer { nodes { name notes } } locations { nodes { name description } } }"""


def photo(path: Path, words: str, shade: int) -> None:
    exif = Picture.Exif()
    exif[ExifTags.Base.Make] = exif[ExifTags.Base.Model] = words
    exif[ExifTags.Base.ImageDescription] = exif[ExifTags.Base.Artist] = words
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + words.encode()
    path.write_bytes(small_jpeg(shade, exif=exif))


@pytest.mark.timeout(300)
async def test_markup_in_names_is_shown_and_never_run(api: Api, settings: Settings, tmp_path: Path) -> None:
    context = IngestContext.of(settings)
    for number, words in enumerate(MARKUP):
        name = words.replace("/", "\u2215")  # a slash that names may hold
        folder = tmp_path / "cards" / name
        folder.mkdir(parents=True)
        photo(folder / f"{name}.jpg", words, number)
        await ingest_path(context, folder, location=words)
        await make.make_deer(words, notes=words)
    folder = tmp_path / "cards" / MISLEADING
    folder.mkdir()
    photo(folder / f"{MISLEADING}.jpg", MISLEADING, len(MARKUP))
    await ingest_path(context, folder)
    await context.wakeup.close()
    images = (await api.ask(EVERYTHING))["images"]["nodes"]
    assert len(images) == len(MARKUP) + 1
    assert {image["exif"]["comment"] for image in images} >= set(MARKUP)
    async with browser_of_its_own() as browser:
        page = await browser.new_page(
            viewport={"width": 1600, "height": 9000},  # all lines are drawn
            extra_http_headers=headers_at(api.url),
        )
        ran: list[str] = []
        page.on("dialog", lambda dialog: ran.append(dialog.message))
        page.on("pageerror", lambda error: ran.append(str(error)))
        await page.goto(f"{api.url}/graphql")
        await ask(page, EVERYTHING)
        shown = await page.locator(".result-window").inner_text()
    assert ran == []
    assert [
        words
        for words in MARKUP
        if shown.count(json.dumps(words)) < len(("make", "comment", "deer", "place"))
    ] == []
    assert "gpj." in shown
    assert [char for char in shown if char != "\n" and unicodedata.category(char) in {"Cc", "Cf"}] == []


async def ask(page: Page, query: str) -> None:
    """Have GraphiQL run a query, and wait for what it shows."""
    editor = page.locator(".graphiql-query-editor .CodeMirror")
    await expect(editor).to_be_visible(timeout=120_000)
    await editor.evaluate("(editor, text) => editor.CodeMirror.setValue(text)", query)
    for _ in range(20):
        await page.wait_for_timeout(500)  # GraphiQL takes a moment to note what the editor holds
        await page.locator(".graphiql-execute-button").click(timeout=120_000)
        with contextlib.suppress(AssertionError):
            await expect(page.locator(".result-window")).to_contain_text(MARKUP[0], timeout=5_000)
            return
    pytest.fail(f"not answered: {await page.locator('.result-window').inner_text()}")
