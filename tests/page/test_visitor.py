"""What the tests of the page stand on: a page that never answers ends its test and no other."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.api import Api
from tests.page import visitor
from tests.page.visitor import visiting

pytestmark = pytest.mark.slow


async def test_a_script_without_an_end_ends_its_visit_and_the_next_begins_well(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "BROWSED_WITHIN_S", 5.0)
    with pytest.raises(TimeoutError):
        async with visiting(api, "/") as stuck:
            await stuck.page.evaluate("for (;;);")
    monkeypatch.undo()
    async with visiting(api, "/") as visit:
        await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
