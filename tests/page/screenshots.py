"""Pictures of every view for the documentation, of the ranch that `thumper demo` draws.

    python -m tests.page.screenshots [--folder docs/images]

Each view is taken on a desk in light and on a phone in dark colours, as `page-NAME.png` and `page-NAME-phone.png`. The
views are those of `page/src/views.ts`. It takes some minutes, most of them for the demo to look at its photos.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
from PIL import Image as Picture
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.browser import browser_path
from tests.page.views_of_page import NOUNS, paths
from thumper.owner_token import read_owner_token
from thumper.settings import NO_REDIS, Settings

MOST_BYTES: Final = 150_000
DESK: Final = (1280, 800)
PHONE: Final = (390, 844)
DONE: Final = "Your own photos:"
"""What the demo prints when it has shown everything."""
_PATIENCE_S: Final = 600.0
_SETTLED_MS: Final = 1500
"""For pictures to be decoded and live numbers to come, after the view has said that it is loaded."""
_RECORDS: Final = """{
  dumps(first: 1) { nodes { id } }
  locations(first: 1) { nodes { id } }
  allDeer(first: 1) { nodes { id } }
  images(first: 1, where: {withoutDetections: false, species: "Odocoileus virginianus"}) { nodes { id } }
  detections(first: 6, where: {sex: MALE, minConfidence: 0.5}) { nodes { id } } }"""
_DEER: Final = """mutation ($input: CreateDeerInput!) { createDeer(input: $input) { deer { id } } }"""
_IS: Final = (
    """mutation ($input: DecideIdentityInput!) { decideIdentity(input: $input) { errors { message } } }"""
)
_LINK: Final = """mutation ($input: InvitePersonInput!) {
  invitePerson(input: $input) { link { url } errors { message } } }"""


@contextlib.contextmanager
def running_demo(home: Path) -> Iterator[str]:
    """Run `thumper demo` until the context ends; return its address when all its photos were looked at."""
    told = home / "demo.out"
    settings = Settings(home=home, redis_url=NO_REDIS, time_zone="America/Chicago")
    with told.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", "thumper", "demo", "--keep"],
            env=settings.as_environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        give_up_s = time.monotonic() + _PATIENCE_S
        while DONE not in (text := told.read_text("utf-8")):
            if program.poll() is not None or time.monotonic() > give_up_s:
                raise RuntimeError(f"the demo did not come to its end:\n{text}")
            time.sleep(0.5)
        yield re.findall(r"^Page +(http://\S+)/", text, re.MULTILINE)[0]
    finally:
        program.terminate()
        program.wait(60)


class Ranch:
    """The demo's API, asked by its owner."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        headers = {"authorization": f"Bearer {read_owner_token(home)}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=60)

    def ask(self, query: str, **wanted: Any) -> dict[str, Any]:
        """Return the data of an answer. Raises `RuntimeError` at an error."""
        answer = self._http.post("/graphql", json={"query": query, "variables": {"input": wanted}}).json()
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        data: dict[str, Any] = answer["data"]
        return data

    def records(self) -> dict[str, str]:
        """Return the id of one record of each noun that has a view; a buck gets a name for it."""
        found = self.ask(_RECORDS)
        buck = self.ask(_DEER, name="Split Brow", sex="MALE")["createDeer"]["deer"]["id"]
        boxes = [each["id"] for each in found["detections"]["nodes"]]
        self.ask(_IS, detectionIds=boxes, deerId=buck, verdict="IS")
        lists = {"Dump": "dumps", "Image": "images", "Location": "locations"}
        return {noun: found[name]["nodes"][0]["id"] for noun, name in lists.items()} | {"Deer": buck}


async def sign_in(context: BrowserContext, ranch: Ranch, name: str) -> None:
    """Sign a browser in as another owner."""
    url = ranch.ask(_LINK, name=name, role="OWNER")["invitePerson"]["link"]["url"]
    await context.request.post(f"{ranch.url}/session", data={"secret": url.partition("#")[2]})


def small(png: bytes) -> bytes:
    """Return a picture of at most `MOST_BYTES`: with fewer colours, and where that is not enough smaller."""
    picture = Picture.open(io.BytesIO(png)).convert("RGB")
    while True:
        for colours in (256, 128, 64):
            out = io.BytesIO()
            picture.quantize(colours, dither=Picture.Dither.NONE).save(out, "PNG", optimize=True)
            if out.tell() <= MOST_BYTES:
                return out.getvalue()
        picture = picture.resize(
            (round(picture.width * 0.85), round(picture.height * 0.85)), Picture.Resampling.LANCZOS
        )


async def take(page: Page, address: str) -> bytes:
    """Return what a view looks like when all of it is there."""
    await page.goto(address)
    await page.locator("h1").wait_for()
    await page.wait_for_function(
        "() => ![...document.querySelectorAll('[role=status]')].some((each) => / …$/.test(each.textContent))",
        timeout=60_000,
    )
    await page.wait_for_load_state("networkidle")
    await page.wait_for_timeout(_SETTLED_MS)
    return await page.screenshot()


async def take_all(ranch: Ranch, folder: Path) -> None:
    """Write the pictures of all views."""
    ids = ranch.records()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        for name, size_px, scheme in (("", DESK, "light"), ("-phone", PHONE, "dark")):
            context = await browser.new_context(
                viewport={"width": size_px[0], "height": size_px[1]},
                color_scheme="dark" if scheme == "dark" else "light",
                locale="en-US",
                timezone_id="America/Chicago",
            )
            await sign_in(context, ranch, "Ann" if not name else "Dale")
            page = await context.new_page()
            for path in paths():
                noun = NOUNS.get(path.partition("/")[0], "")
                png = await take(page, f"{ranch.url}/{path.replace(':id', ids.get(noun, ''))}")
                view = path.replace("/:id", "-one") or "today"
                (folder / f"page-{view}{name}.png").write_bytes(small(png))
        await browser.close()


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("docs/images"))
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as home, running_demo(Path(home)) as url:
        asyncio.run(take_all(Ranch(url, Path(home) / "demo"), folder))


if __name__ == "__main__":
    main()
