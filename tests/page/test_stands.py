"""The stands, their maps, and one stand, with a real browser."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from playwright.async_api import Locator, Page, expect

from tests import factories as make
from tests.api import Api
from tests.page.library import draw_originals, pictured_library
from tests.page.visitor import PHONE, visiting
from thumper.domain.access import Role
from thumper.graphql.relay.identity import encode
from thumper.store import models

pytestmark = pytest.mark.slow

SPOTS = "{ propertyMaps { name spots { x y location { name } } } }"


def aerial(width_px: int = 800, height_px: int = 600) -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (width_px, height_px), (60, 90, 50)).save(out, "PNG")
    return out.getvalue()


async def stand_with_photos(folder: Path, name: str, *, days: tuple[int, ...], **values: Any) -> str:
    """Make a stand with a photo of one camera on each of these days of last month; return its id."""
    place = await make.make_location(name, **values)
    camera = await make.make_camera(serial=f"{name} 1")
    stay = await models.Deployment.create(camera=camera, location=place)
    dump = await make.make_dump(place)
    first = (dt.datetime.now(dt.UTC) - dt.timedelta(days=60)).replace(hour=18)
    for day in days:
        await make.make_image(
            dump,
            taken_at=first + dt.timedelta(days=day),
            location=place,
            camera=camera,
            deployment=stay,
            temperature_c=-3.0,
            battery_percent=80,
        )
    await draw_originals(folder)
    return encode("Location", place.id)


async def placed(api: Api) -> dict[str, tuple[float, float]]:
    """Return where stands are on the only map."""
    (told,) = (await api.ask(SPOTS))["propertyMaps"]
    return {spot["location"]["name"]: (spot["x"], spot["y"]) for spot in told["spots"]}


async def send_picture(page: Page, name: str) -> None:
    """Send a picture of the property, as the owner does."""
    await page.get_by_role("button", name="Send a picture").click()
    dialog = page.get_by_role("dialog")
    await dialog.locator("input[type=file]").set_input_files(
        {"name": "aerial.png", "mimeType": "image/png", "buffer": aerial()}
    )
    await dialog.get_by_role("textbox", name="Name of the picture").fill(name)
    await dialog.get_by_role("button", name="Send", exact=True).click()


async def drag(page: Page, mark: Locator, by_px: tuple[int, int]) -> None:
    """Drag a mark of the map with the mouse."""
    await mark.hover()  # which scrolls to it
    box = await mark.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.down()
    await page.mouse.move(x + by_px[0], y + by_px[1], steps=4)
    await page.mouse.up()


async def test_a_picture_is_sent_and_stands_are_placed_on_it(api: Api, tmp_path: Path) -> None:
    await pictured_library(tmp_path)
    await make.make_location("Oak")
    async with visiting(api, "/stands") as visit:
        page = visit.page
        total = (await api.ask("{ locations(first: 0) { totalCount } }"))["locations"]["totalCount"]
        await expect(page.get_by_text(f"{total} stands")).to_be_visible()
        await expect(page.get_by_text("There is no picture of the property yet.")).to_be_visible()
        await send_picture(page, "Aerial 2026")
        plane = page.get_by_role("group", name="Map of the stands")
        await expect(plane.locator("img.leaflet-image-layer")).to_be_visible()
        await page.get_by_role("button", name="Place Oak on the map").click()
        area = await plane.bounding_box()
        assert area is not None
        await plane.click(position={"x": area["width"] / 2, "y": area["height"] / 2 + 40})
        across = page.get_by_role("spinbutton", name="From the left, %")
        await expect(across).to_have_value(re.compile(r"^(49\.9|50|50\.1)$"))
        await across.fill("50")
        mark = plane.get_by_role("button", name="Oak")
        await mark.press("ArrowRight")
        await mark.press("Shift+ArrowLeft")
        await expect(across).to_have_value("50.9")
        await page.get_by_role("spinbutton", name="From the top, %").fill("30.5")
        await visit.assert_accessible()
        await page.get_by_role("button", name="Save the place").click()
        await expect(page.get_by_role("button", name="Move Oak on the map")).to_be_visible()
        assert await placed(api) == {"Oak": (0.509, 0.305)}
        await page.get_by_role("button", name="Move Oak on the map").click()
        await drag(page, mark, by_px=(-60, 20))
        await page.get_by_role("button", name="Save the place").click()
        await expect(page.get_by_role("form", name="Where is Oak?")).to_have_count(0)
        assert (await placed(api))["Oak"][0] < 0.5
        await mark.press("Enter")
        await expect(page.get_by_role("heading", name="Oak", level=1)).to_be_visible()
        await page.get_by_role("link", name="On Aerial 2026").click()
        await page.get_by_role("button", name="Move Oak on the map").click()
        await page.get_by_role("button", name="Take it off the map").click()
        await expect(page.get_by_role("button", name="Place Oak on the map")).to_be_visible()
        assert await placed(api) == {}


async def test_a_stand_is_placed_by_touch_and_a_picture_renamed_and_deleted(api: Api) -> None:
    await make.make_location("Creek")
    answer = await api.http.post("/maps", params={"name": "Plat"}, content=aerial())
    assert answer.status_code == 201
    async with visiting(api, "/stands", size_px=PHONE) as visit:
        page = visit.page
        await page.get_by_role("button", name="Place Creek on the map").click()
        plane = page.get_by_role("group", name="Map of the stands")
        await expect(plane.get_by_role("button", name="Creek")).to_be_visible()
        await visit.assert_accessible()
        await page.get_by_role("button", name="Save the place").click()
        await expect(page.get_by_role("button", name="Move Creek on the map")).to_be_visible()
        assert await placed(api) == {"Creek": (0.5, 0.5)}
        await page.get_by_role("button", name="Change Plat").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("where 1 stand is on it")).to_be_visible()
        await dialog.get_by_role("textbox", name="Name of the picture").fill("Plat 2026")
        await dialog.get_by_role("button", name="Save").click()
        await page.get_by_role("button", name="Change Plat 2026").click()
        await dialog.get_by_role("button", name="Delete the picture").click()
        await expect(page.get_by_text("There is no picture of the property yet.")).to_be_visible()


async def test_a_stand_is_made_and_changed_by_a_member_and_lies_by_its_coordinates(api: Api) -> None:
    await make.make_location("Oak Ridge")
    async with visiting(api, "/stands", size_px=PHONE, role=Role.MEMBER) as visit:
        page, dialog = visit.page, visit.page.get_by_role("dialog")
        await page.get_by_role("button", name="New stand").click()
        name = dialog.get_by_role("textbox", name="Name")
        await name.fill("oak ridge")
        await dialog.get_by_role("button", name="Make it known").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("NAME_TAKEN")
        await name.fill("Oak Ridg")
        await dialog.get_by_role("textbox", name="Latitude").fill("30.2672")
        await dialog.get_by_role("button", name="Make it known").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("write both, or neither")
        await dialog.get_by_role("textbox", name="Longitude").fill("-97.7431")
        await visit.assert_accessible()
        await dialog.get_by_role("button", name="Make it known").click()
        await expect(dialog.get_by_role("link", name="Oak Ridge")).to_be_visible()
        await dialog.get_by_role("link", name="To the new stand").click()
        await expect(page.get_by_text("Coordinates 30.2672, -97.7431")).to_be_visible()
        await page.get_by_role("button", name="Change").click()
        await name.fill("Pecan")
        await dialog.get_by_role("combobox", name="Time zone").fill("America/Denver")
        await dialog.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Clocks are read in America/Denver")).to_be_visible()
        await expect(page.get_by_role("button", name="Share with guests")).to_have_count(0)
        await page.get_by_role("navigation", name="Thumper").get_by_role("link", name="Stands").click()
        plane = page.get_by_role("group", name="Map of the stands")
        await expect(plane.get_by_role("button", name="Pecan")).to_be_visible()
        await visit.assert_accessible()


async def test_a_stand_shows_its_cameras_its_last_photos_and_its_gaps(api: Api, tmp_path: Path) -> None:
    stand_id = await stand_with_photos(tmp_path, "Oak", days=(1, 2, 9, 10), time_zone="America/Chicago")
    async with visiting(api, f"/stands/{stand_id}") as visit:
        page = visit.page
        count = (await api.ask("query ($id: ID!) { location(id: $id) { imageCount } }", id=stand_id))[
            "location"
        ]["imageCount"]
        photos = page.get_by_role("heading", name=f"{count} photos").get_by_role("link")
        assert await photos.get_attribute("href") == f"/photos?locationId={stand_id}"
        await expect(page.get_by_text("Battery 80 % · -3 °C (27 °F)")).to_be_visible()
        await expect(page.get_by_text(re.compile("6 days$"))).to_be_visible()
        await expect(page.get_by_text("Serial number Oak 1")).to_be_visible()
        await visit.assert_accessible()
        await page.get_by_role("link", name="Deer seen here").click()
        await expect(page.get_by_text("No deer is like that.")).to_be_visible()


async def test_a_stand_is_merged_after_a_look_and_that_is_taken_back(api: Api, tmp_path: Path) -> None:
    wrong_id = await stand_with_photos(tmp_path, "Oka", days=(1, 2), time_zone="America/Denver")
    await stand_with_photos(tmp_path, "Oak", days=(3,), time_zone="America/Chicago")
    async with visiting(api, f"/stands/{wrong_id}", size_px=PHONE) as visit:
        page, dialog = visit.page, visit.page.get_by_role("dialog")
        await page.get_by_role("button", name="Delete").click()
        await expect(dialog).to_contain_text("cannot be deleted: 2 photos were taken there")
        await dialog.get_by_role("button", name="Close").click()
        await page.get_by_role("button", name="Merge").click()
        await dialog.get_by_role("combobox").select_option(label="Oak (1 photo)")
        await expect(dialog.get_by_text("2 photos move to Oak.")).to_be_visible()
        await expect(dialog.get_by_text("in America/Chicago instead of America/Denver")).to_be_visible()
        await visit.assert_accessible()
        await dialog.get_by_role("button", name="Merge Oka into Oak").click()
        await expect(page.get_by_role("heading", name="Oak", level=1)).to_be_visible()
        await expect(page.get_by_text("Also called: Oka")).to_be_visible()
        await expect(page.get_by_role("heading", name="3 photos")).to_be_visible()
        await page.goto(f"{api.url}/stands/{wrong_id}")
        await expect(page.get_by_text("another name of Oak now")).to_be_visible()
        await page.get_by_role("main").get_by_role("link", name="Oak").click()
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_role("heading", name="1 photo")).to_be_visible()
        names = [
            each["name"] for each in (await api.ask("{ locations { nodes { name } } }"))["locations"]["nodes"]
        ]
        assert names == ["Oak", "Oka"]


async def test_a_stand_is_shared_with_guests_and_an_empty_one_deleted(api: Api, tmp_path: Path) -> None:
    stand_id = await stand_with_photos(
        tmp_path, "Oak", days=(1, 2), latitude=30.2672, longitude=-97.7431, description="gate code 4711"
    )
    empty = await make.make_location("Typo")
    await models.Image.all().update(created_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=50))
    async with visiting(api, f"/stands/{stand_id}") as visit:
        page, dialog = visit.page, visit.page.get_by_role("dialog")
        await page.get_by_role("button", name="Share with guests").click()
        await expect(dialog).to_contain_text("without file names")
        await dialog.get_by_role("button", name="Share with guests").click()
        await expect(page.get_by_text("Shared with guests")).to_be_visible()
        await page.goto(f"{api.url}/stands/{encode('Location', empty.id)}")
        await page.get_by_role("button", name="Delete").click()
        await dialog.get_by_role("button", name="Delete").click()
        await expect(page.get_by_text("1 stand", exact=True)).to_be_visible()
    async with visiting(api, "/stands", role=Role.GUEST, size_px=PHONE) as visit:
        page = visit.page
        await expect(page.get_by_text("1 stand", exact=True)).to_be_visible()
        await expect(page.get_by_role("heading", name="Map")).to_have_count(0)
        await visit.assert_accessible()
        await page.get_by_role("main").get_by_role("link", name="Oak").click()
        await expect(page.get_by_role("heading", name="2 photos")).to_be_visible()
        await expect(page.get_by_text("rounded to 0.1°")).to_be_visible()
        await expect(page.get_by_text("gate code")).to_have_count(0)
        await expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")  # else the bar lies over a link
        await visit.assert_accessible()


async def test_a_camera_that_shows_another_scene_is_asked_about(api: Api, tmp_path: Path) -> None:
    stand = await stand_with_photos(tmp_path, "Oak", days=(1, 2))
    before, after = await models.Image.all().order_by("sort_at")
    await models.SceneChange.create(
        deployment_id=after.deployment_id, image_id=after.id, before_image_id=before.id
    )
    async with visiting(api, f"/stands/{stand}") as visit:
        asked = visit.page.get_by_role("region", name="moved?")
        await expect(asked).to_contain_text("was it moved?")
        await expect(asked.get_by_role("img")).to_have_count(2)
        await visit.assert_accessible()
        await asked.get_by_role("button", name="It was moved").click()
        await expect(asked).to_contain_text("You said that the camera was moved here.")
        assert (await models.SceneChange.get(image_id=after.id)).moved is True
        await asked.get_by_role("button", name="Take back").click()
        await expect(asked).to_contain_text("was it moved?")
        assert (await models.SceneChange.get(image_id=after.id)).moved is None
