"""The page over 100,000 images in a real Chromium: how soon a view can be used, and how smoothly the wall scrolls.

    python -m benchmarks.page [--images 100000] [--rounds 5] [--screens 60]

Each round starts a browser of its own, so that nothing is in its cache, signs in, and opens an address: usable is a
view as soon as its heading and the numbers that it asked for can be read, and it loads nothing more. The images are
rows without photos, so pictures say that they cannot be shown. For the scroll Chromium notes every task of the page's
main thread.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.machine import Others, describe
from benchmarks.queries import ServedApi, serving
from tests.browser import browser_path
from tests.page.views_of_page import paths
from thumper.web.page import has_page

USABLE: Final = """() => document.querySelector('nav a[aria-current]') !== null
    && document.querySelector('h1') !== null
    && document.querySelector('main').innerText.length > 40
    && !document.querySelector('main').innerText.includes('Loading ')
    && performance.now()"""
"""When a view can be used, in milliseconds since it was opened; false before."""
INVITE: Final = """mutation ($name: String!) { invitePerson(input: {name: $name, role: OWNER}) {
    link { url } } }"""
TASK: Final = "ThreadControllerImpl::RunTask"
MAIN_THREAD: Final = "CrRendererMain"
LEAST_MS: Final = 1.0
"""Tasks that are shorter do nothing, and would hide those that do among them."""
WHEEL_PX: Final = 900
WHEEL_EACH_MS: Final = 100
MOST_USABLE_MS: Final = 1500
MOST_TASK_MS: Final = 50


@asynccontextmanager
async def opened(served: ServedApi, name: str) -> AsyncIterator[tuple[Browser, Page]]:
    """Start a browser in which somebody has signed in, and nothing was looked at."""
    link = (await served.ask(INVITE, name=name))["invitePerson"]["link"]["url"]
    url = served.settings.api_url
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
        await context.request.post(f"{url}/session", data={"secret": link.partition("#")[2]})
        yield browser, await context.new_page()
        await browser.close()


async def usable_ms(served: ServedApi, view: str, *, rounds: int) -> list[float]:
    """Return after how long a view could be used, each time in a new browser."""
    taken = []
    for number in range(rounds):
        async with opened(served, f"{view} {number}") as (_, page):
            await page.goto(f"{served.settings.api_url}/{view}", wait_until="commit")
            ready = await page.wait_for_function(USABLE, polling="raf", timeout=60_000)
            taken.append(float(await ready.json_value()))
    return taken


def tasks_ms(trace: bytes) -> list[float]:
    """Return how long each task of the page's main thread took."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == MAIN_THREAD
    }
    spent = (
        event["dur"] / 1000
        for event in events
        if event.get("ph") == "X" and event["name"] == TASK and (event["pid"], event["tid"]) in threads
    )
    return sorted(ms for ms in spent if ms >= LEAST_MS)


async def scroll(served: ServedApi, *, screens: int) -> dict[str, object]:
    """Turn the wheel over the wall, a screen each tenth of a second, and return what its tasks took."""
    async with opened(served, "scroll") as (browser, page):
        await page.goto(f"{served.settings.api_url}/photos")
        await page.wait_for_function(USABLE, polling="raf", timeout=60_000)
        await page.mouse.move(700, 500)
        await browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
        for _ in range(screens):
            await page.mouse.wheel(0, WHEEL_PX)
            await page.wait_for_timeout(WHEEL_EACH_MS)
        tasks = tasks_ms(await browser.stop_tracing())
        scrolled_px = await page.evaluate("Math.max(scrollY, document.querySelector('main').scrollTop)")
    p99 = tasks[int(0.99 * (len(tasks) - 1))]
    return {
        "scrolled px": round(scrolled_px),
        "tasks of 1 ms or more": len(tasks),
        "p99 ms": round(p99, 1),
        "longest ms": round(tasks[-1], 1),
        "longer than 50 ms": sum(ms > MOST_TASK_MS for ms in tasks),
        "kept": p99 <= MOST_TASK_MS,
    }


async def measure(*, images: int, rounds: int, screens: int) -> None:
    """Measure everything and print it."""
    if not has_page():
        raise SystemExit("the page is not built: run make page")
    with tempfile.TemporaryDirectory() as home:
        async with serving(Path(home), images=images, detections=images * 3 // 2) as served:
            await served.sql.execute("ALTER SYSTEM RESET log_min_duration_statement")
            await served.sql.execute("SELECT pg_reload_conf()")
            others = Others()
            for view in (path for path in paths() if ":id" not in path):
                taken = await usable_ms(served, view, rounds=rounds)
                median = statistics.median(taken)
                told = ", ".join(f"{ms:.0f}" for ms in taken)
                kept = "kept" if median <= MOST_USABLE_MS else "NOT KEPT"
                print(f"/{view} usable after {median:.0f} ms (median of {told}): {kept}")
            if "photos" in paths():
                print(json.dumps(await scroll(served, screens=screens), indent=2))
            print(f"others used {others.share():.0%} of the machine")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--screens", type=int, default=60)
    options = parser.parse_args()
    print(describe())
    asyncio.run(measure(images=options.images, rounds=options.rounds, screens=options.screens))


if __name__ == "__main__":
    main()
