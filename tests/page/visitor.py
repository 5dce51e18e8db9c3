"""A person who has signed in and looks at the page with a real browser: what tests of views begin with.

    async with visiting(api, "/photos") as visit:
        await expect(visit.page.get_by_role("heading", name="Photos")).to_be_visible()
        await visit.assert_accessible()

When the visit ends, the page must have complained of nothing and asked for nothing but what any client may ask for.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import BrowserContext, Locator, Page, WebSocket, WebSocketRoute, expect

from tests.api import Api
from tests.browser import BROWSED_WITHIN_S
from tests.page.library import without_original
from tests.page.shared_browser import LAN_NAME, SHARED
from thumper.domain.access import Role
from thumper.store.access import people, sessions
from thumper.web.page import has_page

AXE: Final = Path(__file__).parents[2] / "page" / "node_modules" / "axe-core" / "axe.min.js"
WCAG: Final = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
RUN_AXE: Final = """async (rules) => {
    const bar = document.querySelector('.shell > nav');
    if (bar !== null) bar.style.position = 'static';
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    if (bar !== null) bar.style.position = '';
    return found;
}"""
"""The bar of a phone lies over whatever is scrolled behind it just then, which axe takes for too small to be tapped.

What has the focus never lies there: tests/page/test_whole_page.py."""
COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""Those of WCAG's rules in axe that look at colours: all that differs where a view is dark (`styles/tokens.css`)."""
PHONE: Final = (360, 740)
DESK: Final = (1440, 900)

_numbers = itertools.count(1)

MAY_BE_ASKED: Final = re.compile(
    r"/(graphql|session|maps(/[^/]+)?|export/\w+\.csv|media/[^/]+/\w+|upload/\S+|pages/\S+)$"
)
"""The API, who has signed in, maps, spreadsheets, pictures, uploads, and the page's own files.

Addresses of views are opened, not asked."""


@dataclass
class Visit:
    """One window of the page; `sockets` are the live connections that it opened."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)

    def listen(self) -> None:
        """Note what the page asks for and complains of."""
        self.page.on(
            "console", lambda told: self.complaints.append(told.text) if told.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "request",
            lambda request: None if request.is_navigation_request() else self.asked.append(request.url),
        )
        self.page.on("websocket", lambda socket: self.sockets.append(socket))  # noqa: PLW0108  # it marks its listener

    async def breakable(self) -> list[WebSocketRoute]:
        """Load the view again with live connections that a test can close; return them, the first first."""
        lines: list[WebSocketRoute] = []

        def through(line: WebSocketRoute) -> None:
            line.connect_to_server()
            lines.append(line)

        await self.page.route_web_socket("**/graphql", through)
        await self.page.reload()
        await expect(self.page.locator("html")).to_have_attribute("data-live", "live")
        return lines

    async def violations(self, rules: dict[str, Any] | None = None) -> list[str]:
        """Return what axe finds against these of its rules, with where; by default against WCAG 2.2 AA."""
        if not await self.page.evaluate("'axe' in window"):
            # By the debugger's way, which the page's policy does not keep out.
            await self.page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = await self.page.evaluate(RUN_AXE, rules or WCAG)
        return [
            f"{violation['id']}: {node['html']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    async def small_targets(self) -> list[str]:
        """Return what is tapped and is smaller than 44 px; a link within a sentence may be."""
        small: list[str] = await self.page.evaluate(
            """() => [...document.querySelectorAll('button, a[href], select, input, [role=button]')]
            .filter((each) => each.checkVisibility() && !each.classList.contains('skip') && !each.closest('p, label'))
            .filter((each) => {
                const box = each.getBoundingClientRect();
                return box.width < 43.5 || box.height < 43.5;
            })
            .map((each) => each.outerHTML.slice(0, 200))"""
        )
        return small

    async def touch(self, frame: Locator, *places: tuple[float, float]) -> None:
        """Move a finger over something, from place to place in shares of its width and height."""
        area = await frame.bounding_box()
        assert area is not None
        finger = await self.page.context.new_cdp_session(self.page)
        for number, (x, y) in enumerate(places):
            at = {"x": area["x"] + x * area["width"], "y": area["y"] + y * area["height"]}
            told = {"type": "touchMove" if number else "touchStart", "touchPoints": [at]}
            await finger.send("Input.dispatchTouchEvent", told)
        await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await finger.detach()

    async def overflow_px(self) -> int:
        """Return by how much the page is wider than its window."""
        wider: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider

    async def assert_accessible(self) -> None:
        """Hold the view as it is now against WCAG 2.2 AA, in light and dark, for eyes and thumbs."""
        await self.page.emulate_media(color_scheme="light")
        assert await self.violations() == []
        await self.page.emulate_media(color_scheme="dark")
        assert await self.violations(COLOURS) == [], "where it is dark"
        assert await self.small_targets() == []
        assert await self.overflow_px() == 0

    def assert_well_behaved(self, expected_complaints: str) -> None:
        """Hold what the page complained of and asked for against what it may."""
        unexpected = [
            each
            for each in self.complaints
            if not (expected_complaints and re.search(expected_complaints, each))
        ]
        assert unexpected == []
        assert [url for url in self.asked if not url.startswith(f"{self.url}/")] == []
        assert [url for url in self.asked if not MAY_BE_ASKED.search(url.partition("?")[0])] == []
        assert not [url for url in self.asked if "/graphql?" in url], "nothing is asked by GET"


async def sign_in(
    context: BrowserContext, api: Api, role: Role, name: str | None = None, *, url: str | None = None
) -> None:
    """Add a person, and sign a browser in as them, at that address of the server."""
    link = await sessions.make_link(await people.add(name or f"Visitor {next(_numbers)}", role))
    answer = await context.request.post(f"{api.url}/session", data={"secret": link.secret})
    assert answer.status == 201, await answer.text()
    if url not in {None, api.url}:
        # Only the browser itself knows the name; a cookie is bound to it.
        (cookie,) = await context.cookies()
        await context.clear_cookies()
        await context.add_cookies(
            [
                {
                    "name": cookie["name"],
                    "value": cookie["value"],
                    "httpOnly": True,
                    "sameSite": "Strict",
                    "url": url,
                }
            ]
        )


@contextlib.asynccontextmanager
async def visiting(
    api: Api,
    path: str = "/",
    *,
    role: Role | None = Role.OWNER,
    size_px: tuple[int, int] = DESK,
    over_lan: bool = False,
    touch: bool = False,
    expected_complaints: str = "",
) -> AsyncIterator[Visit]:
    """Open an address as a person with that role, or as one who has not signed in.

    With `over_lan` the browser calls the server by `LAN_NAME` over plain HTTP, as another machine of the house would;
    it is one of the server's allowed hosts. With `touch` the machine has a touch screen. `expected_complaints` is a
    regular expression of what the browser may write into its console.
    """
    assert has_page(), "the page is not built: run make page"
    url = api.url.replace("127.0.0.1", LAN_NAME) if over_lan else api.url
    context = await SHARED.open(
        viewport={"width": size_px[0], "height": size_px[1]},
        has_touch=touch,
        locale="en-US",
        timezone_id="America/Chicago",
    )
    try:
        # A script in a page may take for ever, and Playwright would wait for it.
        async with asyncio.timeout(BROWSED_WITHIN_S):
            if role is not None:
                await sign_in(context, api, role, url=url)
            visit = Visit(await context.new_page(), url)
            visit.listen()
            await visit.page.goto(f"{url}{path}")
            yield visit
            assert await without_original() == [], "draw_originals before the page may show them"
    finally:
        await SHARED.close(context)
    visit.assert_well_behaved(expected_complaints)
