"""Review, with a real browser: every key, thumbs, several at a time, a missed box, and two people at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests import factories as make
from tests.api import Api
from tests.page.library import draw_originals
from tests.page.visitor import DESK, PHONE, Visit, visiting
from thumper.domain.access import Role
from thumper.domain.species import SpeciesOrigin
from thumper.graphql.relay.identity import encode
from thumper.store import models

pytestmark = pytest.mark.slow

COUNTS = """{
    all: detections(first: 0) { totalCount }
    reviewed: detections(where: {reviewed: true}, first: 0) { totalCount }
    rejected: detections(where: {verdict: REJECTED}, first: 0) { totalCount }
}"""
BOX = """query($id: ID!) { detection(id: $id) {
    verdict deer { name } shown { label } reviews { undoneAt } } }"""

DRAWN = "{ detections(where: {drawn: true}) { nodes { box { x y width height } shown { label sex } } } }"


async def boxes_to_review(folder: Path, count: int = 8, **values: Any) -> list[models.Detection]:
    """Make photos of one burst with a box each; return the boxes, the least certain first."""
    camera, place = await make.make_camera(), await make.make_location("Creek stand")
    dump, detector = await make.make_dump(place), await make.make_detector(labels=("buck", "doe", "fawn"))
    boxes = []
    for number in range(count):
        image = await make.make_image(
            dump, taken_at=make.NOON + dt.timedelta(seconds=10 * number), camera=camera, location=place
        )
        await make.make_job(image, detector)
        run = await make.make_run(image, detector)
        where = {"x": 0.1 + 0.05 * number, "y": 0.3, "width": 0.1, "height": 0.2}
        boxes.append(await make.make_detection(run, confidence=0.9 - 0.05 * number, **where | values))
    await draw_originals(folder)
    return boxes[::-1]


async def stands(api: Api, box: models.Detection) -> dict[str, Any]:
    """Return what the API says of a box."""
    told: dict[str, Any] = (await api.ask(BOX, id=encode("Detection", box.id)))["detection"]
    return told


async def said_of(api: Api, box: models.Detection) -> tuple[str | None, str | None]:
    """Return the verdict of a box and what it is taken for."""
    told = await stands(api, box)
    return told["verdict"], told["shown"] and told["shown"]["label"]


async def assert_counted(api: Api, page: Page) -> None:
    """Hold what the page says of how far one is against the API."""
    counts = {name: each["totalCount"] for name, each in (await api.ask(COUNTS)).items()}
    words = f"{counts['reviewed']} of {counts['all']} reviewed"
    if counts["rejected"]:
        words += f" · {counts['rejected']} rejected"
    await expect(page.locator(".how-far .progress span")).to_have_text(words)


async def assert_sent(page: Page, told: str) -> None:
    """Wait until the page says that something was said or taken back, and nothing of it is to be sent any more."""
    await expect(page.locator(".told")).to_have_text(told)
    await expect(page.locator(".unsent")).to_have_text("")


async def press(visit: Visit, api: Api, key: str, told: str) -> None:
    """Press a key, wait until it is said and sent, and compare the numbers."""
    await visit.page.keyboard.press(key)
    await assert_sent(visit.page, told)
    await assert_counted(api, visit.page)


async def begin_to_draw(page: Page) -> None:
    await page.get_by_role("button", name="Draw a missed box").click()
    await expect(page.locator("fieldset.draw")).to_be_visible()


async def test_every_key_says_what_it_is_for_and_every_number_is_the_apis(api: Api, tmp_path: Path) -> None:
    boxes = await boxes_to_review(tmp_path)
    async with visiting(api, "/review") as visit:
        page = visit.page
        await assert_counted(api, page)
        await expect(page.locator(".label-line")).to_contain_text("55% sure")
        words = [
            ("d", "Said: Doe", ("CORRECTED", "doe")),
            ("b", "Said: Buck", ("CONFIRMED", "buck")),
            ("f", "Said: Fawn", ("CORRECTED", "fawn")),
            ("u", "Said: Unknown deer", ("CORRECTED", "deer")),
            ("n", "Said: Not an animal", ("REJECTED", None)),
            ("Enter", "Said: Confirm", ("CONFIRMED", "buck")),
        ]
        for box, (key, told, stood) in zip(boxes, words, strict=False):
            await press(visit, api, key, told)
            assert await said_of(api, box) == stood, key
        await press(visit, api, "z", "Taken back: Confirm")
        assert await said_of(api, boxes[5]) == (None, "buck")
        await page.reload()
        await expect(page.locator(".label-line")).to_contain_text("80% sure")
        await begin_to_draw(page)
        await press(visit, api, "z", "Taken back: Not an animal")
        await expect(page.locator("fieldset.draw")).to_have_count(0)  # it was about another photo
        await expect(page.locator(".label-line")).to_contain_text("75% sure")
        await page.keyboard.press("j")
        await expect(page.locator(".label-line")).to_contain_text("80% sure")
        await page.keyboard.press("K")
        await expect(page.locator(".label-line")).to_contain_text("75% sure")
        part = page.locator(".frame .part")
        assert await part.evaluate("each => each.style.width") != "100%"
        await page.keyboard.press("g")
        assert await part.evaluate("each => each.style.width") == "100%"
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_contain_text("take back what you said last")
        await page.keyboard.press("d")
        await visit.assert_accessible()
        await page.keyboard.press("Escape")
        await assert_counted(api, page)


async def list_birds(count: int) -> None:
    """List species whose common names begin with b."""
    for number in range(count):
        name = f"Avis{chr(ord('a') + number // 10)}{chr(ord('a') + number % 10)}"
        await models.Species.create(
            scientific_name=name, common_name=f"bird {number:03}", origin=SpeciesOrigin.PERSON
        )


@pytest.mark.parametrize("size_px", [PHONE, DESK])
async def test_thumbs_name_correct_and_draw(api: Api, tmp_path: Path, size_px: tuple[int, int]) -> None:
    first, second, *_ = await boxes_to_review(tmp_path, 3)
    await make.make_deer("Split Brow", sex="male")
    await list_birds(100)  # before the turkey by name, which is then on the second page of the API
    is_phone = size_px == PHONE
    async with visiting(api, "/review", role=Role.MEMBER, size_px=size_px, touch=is_phone) as visit:
        page = visit.page
        await expect(page.locator(".label-line")).to_be_visible()
        await page.wait_for_function("() => document.querySelector('.frame img').naturalWidth > 0")
        await visit.assert_accessible()
        bar = page.get_by_role("group", name="What is in the box?")
        await expect(bar.get_by_role("button", name="Doe")).to_be_in_viewport(ratio=1)
        await page.get_by_role("button", name="Name the deer").click()
        await page.get_by_label("Name contains").fill("brow")
        await visit.assert_accessible()
        await page.get_by_role("button", name="Split Brow").click()
        await expect(page.locator(".label-line")).to_contain_text("It is Split Brow")
        assert (await stands(api, first))["deer"] == {"name": "Split Brow"}
        await bar.get_by_role("button", name="Confirm").click()
        await expect(page.locator(".label-line")).to_contain_text("85% sure")
        await page.get_by_role("button", name="Something else").click()
        await page.get_by_label("Species").select_option("wild turkey")
        await visit.assert_accessible()
        await page.get_by_role("button", name="Say so").click()
        await assert_sent(page, "Said: wild turkey")
        assert await said_of(api, second) == ("CORRECTED", "wild turkey")
        await assert_counted(api, page)
        await page.get_by_role("button", name="Draw a missed box").click()
        await visit.assert_accessible()
        if is_phone:
            await draw_by_finger(visit, api)


async def draw_by_finger(visit: Visit, api: Api) -> None:
    """Draw a missed box, say what it is, and swipe to another box and back."""
    page, frame = visit.page, visit.page.locator(".frame")
    await frame.scroll_into_view_if_needed()
    await visit.touch(frame, (0.2, 0.2), (0.3, 0.4), (0.5, 0.6))
    await page.get_by_role("button", name="Doe").click()
    await assert_sent(page, "Said: Doe")
    (box,) = (await api.ask(DRAWN))["detections"]["nodes"]
    assert box["box"] == pytest.approx({"x": 0.2, "y": 0.2, "width": 0.3, "height": 0.4}, abs=0.01)
    sure = page.locator(".label-line")
    await expect(sure).to_contain_text("90% sure")
    await visit.touch(frame, (0.1, 0.5), (0.9, 0.5))
    await expect(sure).to_contain_text("85% sure")
    await visit.touch(frame, (0.9, 0.5), (0.1, 0.5))
    await expect(sure).to_contain_text("90% sure")


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw over the picture from one place to another, in fractions of its width and height."""
    frame = await page.locator(".frame").bounding_box()
    assert frame is not None
    halfway = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    for x, y in (start, halfway, end):
        await page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"])
        if (x, y) == start:
            await page.mouse.down()
    await page.mouse.up()


async def test_a_missed_box_is_drawn_by_pointer_or_in_numbers_and_taken_away(
    api: Api, tmp_path: Path
) -> None:
    box, *_ = await boxes_to_review(tmp_path, 1)
    image_id = encode("Image", box.image_id)
    async with visiting(api, f"/review?imageId={image_id}") as visit:
        page = visit.page
        await page.get_by_role("button", name="Draw a missed box").click()
        await drag(page, (0.8, 0.9), (0.6, 0.5))
        await page.get_by_label("Width").fill("30")
        await page.get_by_label("From left").focus()
        await page.get_by_role("button", name="Doe").click()
        await assert_sent(page, "Said: Doe")
        await expect(page.locator(".picture .other")).to_have_count(1)
        (node,) = (await api.ask(DRAWN))["detections"]["nodes"]
        assert node["shown"] == {"label": "doe", "sex": "FEMALE"}
        assert node["box"] == pytest.approx({"x": 0.6, "y": 0.5, "width": 0.3, "height": 0.4}, abs=0.01)
        await page.keyboard.press("z")
        await expect(page.locator(".picture .other")).to_have_count(0)
        await page.get_by_role("button", name="No animal on this photo").click()
        await assert_sent(page, "Said: No animal on this photo")
        assert await said_of(api, box) == ("REJECTED", None)
        told = await api.ask("query($id: ID) { image(id: $id) { seenAsEmpty { createdAt } } }", id=image_id)
        assert told["image"]["seenAsEmpty"] is not None
        await page.keyboard.press("z")
        await assert_sent(page, "Taken back: No animal on this photo")
        assert await said_of(api, box) == (None, "buck")


async def test_one_word_is_said_of_a_whole_burst_and_taken_back(api: Api, tmp_path: Path) -> None:
    boxes = await boxes_to_review(tmp_path, 5)
    async with visiting(api, "/review") as visit:
        page = visit.page
        await page.get_by_role("button", name="All of this burst").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("5 boxes of this burst wait")
        await visit.assert_accessible()
        await dialog.get_by_role("button", name="Doe").click()
        await expect(page.get_by_text("You are through")).to_be_visible()
        await assert_sent(page, "Said: Doe")
        await assert_counted(api, page)
        assert {await said_of(api, box) for box in boxes} == {("CORRECTED", "doe")}
        await page.keyboard.press("z")
        await assert_sent(page, "Taken back: Doe")
        await expect(page.locator(".label-line")).to_be_visible()
        await assert_counted(api, page)
        assert {await said_of(api, box) for box in boxes} == {(None, "buck")}


async def test_what_another_person_said_meanwhile_is_shown_and_not_overwritten(
    api: Api, tmp_path: Path
) -> None:
    box, *_ = await boxes_to_review(tmp_path, 2)
    async with (
        visiting(api, "/review", role=Role.MEMBER) as one,
        visiting(api, "/review", role=Role.MEMBER) as other,
    ):
        (line,) = await other.breakable()
        for visit in (one, other):
            await expect(visit.page.locator(".label-line")).to_contain_text("85% sure")
            await expect(visit.page.locator("html")).to_have_attribute("data-live", "live")
        await line.close(code=1012, reason="restart")
        await expect(other.page.locator("html")).to_have_attribute("data-live", "reconnecting")
        await one.page.keyboard.press("f")
        await expect(other.page.locator(".said")).to_contain_text("said: fawn", timeout=15_000)
        await other.page.keyboard.press("b")
        questions = other.page.get_by_role("alert")
        await expect(questions).to_contain_text("You said: Buck.")
        await expect(questions).to_contain_text("said: white-tailed deer, unknown, young")
        await other.assert_accessible()
        assert await said_of(api, box) == ("CORRECTED", "fawn")
        await other.page.reload()
        await questions.get_by_role("button", name="Say mine: Buck").click()
        await expect(questions).to_have_count(0)
        await expect(other.page.locator(".unsent")).to_have_text("")
        assert await said_of(api, box) == ("CORRECTED", "buck")
        told = await stands(api, box)
        assert len(told["reviews"]) == 2
        for visit in (one, other):
            await assert_counted(api, visit.page)


async def test_guests_are_told_that_they_do_not_review(api: Api, tmp_path: Path) -> None:
    await boxes_to_review(tmp_path, 1)
    async with visiting(api, "/review", role=Role.GUEST) as visit:
        await expect(visit.page.get_by_text("Guests look at photos")).to_be_visible()
        await visit.assert_accessible()


async def test_where_nothing_waits_the_next_step_is_said(api: Api) -> None:
    async with visiting(api, "/review?sex=NONSENSE&label=buck") as visit:
        await expect(visit.page.get_by_text("No box that this address asks for")).to_be_visible()
        await expect(visit.page.get_by_text("The address says no value for sex")).to_be_visible()
        await visit.assert_accessible()
        await visit.page.get_by_role("link", name="Go to all boxes that wait").click()
        await expect(visit.page.get_by_text("There is nothing to review yet")).to_be_visible()
