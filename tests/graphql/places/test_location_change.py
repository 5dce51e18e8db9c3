from __future__ import annotations

import asyncio
from typing import Any

from tests import factories as make
from tests.api import Api
from tests.clocks import make_clocked
from thumper.graphql.relay.identity import encode
from thumper.store import models

CREATE = """mutation ($input: CreateLocationInput!) { createLocation(input: $input) {
  location { id name description coordinates { latitude longitude } timeZone active shared }
  errors { __typename code message path ... on NameTaken { name } } } }"""
UPDATE = """mutation ($input: UpdateLocationInput!) { updateLocation(input: $input) {
  location { name description coordinates { latitude } timeZone active shared } errors { __typename code path } } }"""
DELETE = """mutation ($input: DeleteLocationInput!) { deleteLocation(input: $input) {
  deletedId errors { __typename code message path ... on LocationInUse { imageCount dumpCount } } } }"""


async def _create(api: Api, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(CREATE, input=values))["createLocation"]
    return answer


async def test_a_location_is_made_with_what_is_given(api: Api) -> None:
    place = {"latitude": 30.5, "longitude": -97.5}
    made = await _create(api, name="  Creek Bed ", coordinates=place, timeZone="America/Chicago", active=None)
    assert made["errors"] == []
    assert made["location"]["name"] == "Creek Bed"
    assert made["location"]["timeZone"] == "America/Chicago"
    assert (made["location"]["coordinates"], made["location"]["active"]) == (place, True)
    assert await models.Location.exists(name="Creek Bed", latitude=30.5, longitude=-97.5, description="")


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"name": "  "}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "a\0b"}, "name"),
    ({"name": "a", "description": "\ud800"}, "description"),
    ({"name": "a", "description": "x" * 10_001}, "description"),
    ({"name": "a", "coordinates": {"latitude": 91, "longitude": 0}}, "coordinates latitude"),
    ({"name": "a", "coordinates": {"latitude": 0, "longitude": -181}}, "coordinates longitude"),
    ({"name": "a", "timeZone": "Texas/Austin"}, "timeZone"),
]


async def test_values_that_make_no_sense_are_refused_by_field(api: Api) -> None:
    for values, field in NONSENSE:
        made = await _create(api, **values)
        (error,) = made["errors"]
        assert (error["__typename"], error["code"]) == ("Invalid", "INVALID")
        assert error["path"] == ["input", *field.split()]
        assert made["location"] is None
    half = {"name": "a", "coordinates": {"latitude": 1}}
    assert await api.refused(CREATE, input=half) == "BAD_QUERY"
    assert not await models.Location.exists()


async def test_a_name_is_given_once_whatever_its_case_even_to_many_at_a_time(api: Api) -> None:
    names = ["Creek", "CREEK", "creek", "Creek "] * 3
    answers = await asyncio.gather(*(_create(api, name=name) for name in names))
    assert sum(1 for answer in answers if answer["location"]) == 1
    errors = [error for answer in answers for error in answer["errors"]]
    assert {(error["__typename"], error["code"]) for error in errors} == {("NameTaken", "NAME_TAKEN")}
    assert len(errors) == 11


async def test_what_is_left_out_of_an_update_stays_and_null_clears(api: Api) -> None:
    location = await make.make_location("Creek", latitude=1.0, longitude=2.0, description="by the oak")
    word = encode("Location", location.id)

    async def update(**values: Any) -> Any:
        return (await api.ask(UPDATE, input={"locationId": word} | values))["updateLocation"]

    assert (await update())["location"]["description"] == "by the oak"
    changed = await update(name="Ridge", timeZone="America/Denver", active=False)
    assert changed["location"] == {
        "name": "Ridge",
        "description": "by the oak",
        "coordinates": {"latitude": 1.0},
        "timeZone": "America/Denver",
        "active": False,
        "shared": False,
    }
    assert (await update(shared=True))["location"]["shared"] is True
    cleared = await update(coordinates=None, timeZone=None)
    assert (cleared["location"]["coordinates"], cleared["location"]["timeZone"]) == (None, None)
    assert cleared["location"]["shared"] is True
    for values, field in (
        ({"name": None}, "name"),
        ({"description": None}, "description"),
        ({"active": None}, "active"),
        ({"shared": None}, "shared"),
        ({"coordinates": {"latitude": 95, "longitude": 5}}, "coordinates latitude"),
    ):
        (error,) = (await update(**values))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", *field.split()])
    await make.make_location("Hill")
    assert (await update(name="HILL"))["errors"][0]["code"] == "NAME_TAKEN"
    word = encode("Location", make.unknown_id())
    assert (await update(name="new"))["errors"][0]["code"] == "NOT_FOUND"
    assert (await update())["errors"][0]["code"] == "NOT_FOUND"


async def test_a_location_that_images_or_dumps_refer_to_stays(api: Api) -> None:
    location = await make.make_location()
    dump = await make.make_dump(location)
    image = await make.make_image(dump, location=location)
    word = encode("Location", location.id)

    async def delete() -> Any:
        return (await api.ask(DELETE, input={"locationId": word}))["deleteLocation"]

    (error,) = (await delete())["errors"]
    assert (error["__typename"], error["imageCount"], error["dumpCount"]) == ("LocationInUse", 1, 1)
    assert "1 images" in error["message"]
    assert error["path"] == ["input", "locationId"]
    await models.Image.filter(id=image.id).update(location_id=None)
    (error,) = (await delete())["errors"]
    assert (error["imageCount"], error["dumpCount"]) == (0, 1)
    await models.Dump.filter(id=dump.id).update(location_id=None)
    assert await delete() == {"deletedId": word, "errors": []}
    (error,) = (await delete())["errors"]
    assert error["code"] == "NOT_FOUND"


async def test_a_malformed_id_in_an_input_is_a_top_level_error(api: Api) -> None:
    assert await api.refused(DELETE, input={"locationId": "zzz"}) == "BAD_ID"


async def test_the_zone_that_holds_is_shown_with_where_it_is_from(api: Api) -> None:
    query = "query ($id: ID!) { location(id: $id) { timeZone effectiveTimeZone timeZoneSource } }"

    async def zone(**values: Any) -> tuple[str | None, str, str]:
        location = await make.make_location(**values)
        told = (await api.ask(query, id=encode("Location", location.id)))["location"]
        return told["timeZone"], told["effectiveTimeZone"], told["timeZoneSource"]

    place = {"latitude": 33.45, "longitude": -112.07}
    assert await zone() == (None, "America/Chicago", "SERVER")
    assert await zone(**place) == (None, "America/Phoenix", "COORDINATES")
    assert await zone(**place, time_zone="America/Denver") == (*["America/Denver"] * 2, "LOCATION")


async def test_a_changed_zone_moves_the_capture_times_of_its_images(api: Api) -> None:
    location = await make.make_location()
    dump = await make.make_dump(location)
    image = await make_clocked(dump, "2024-07-01 06:00", location=location)
    answer = await api.ask(
        UPDATE, input={"locationId": encode("Location", location.id), "timeZone": "America/Denver"}
    )
    assert answer["updateLocation"]["errors"] == []
    found = await api.ask("query ($id: ID!) { image(id: $id) { takenAt } }", id=encode("Image", image.id))
    assert found["image"]["takenAt"] == "2024-07-01T12:00:00+00:00"


async def test_a_longitude_without_its_minus_sign_is_saved_and_named_until_it_is_mended(api: Api) -> None:
    fields = "location { id coordinateDoubt { sentence advice likelyLongitude } } errors { code }"
    create = f"mutation ($input: CreateLocationInput!) {{ createLocation(input: $input) {{ {fields} }} }}"
    update = f"mutation ($input: UpdateLocationInput!) {{ updateLocation(input: $input) {{ {fields} }} }}"
    given = {"name": "Creek", "coordinates": {"latitude": 30.27, "longitude": 97.74}}
    made = (await api.ask(create, input=given))["createLocation"]
    assert made["errors"] == []
    doubt = made["location"]["coordinateDoubt"]
    assert doubt["likelyLongitude"] == -97.74
    assert "Asia/Shanghai, 13 hours or more from America/Chicago, the server's time zone" in doubt["sentence"]
    assert doubt["advice"].startswith("Save the longitude -97.74 if that is meant.")
    right = {"latitude": 30.27, "longitude": doubt["likelyLongitude"]}
    mended = {"locationId": made["location"]["id"], "coordinates": right}
    assert (await api.ask(update, input=mended))["updateLocation"]["location"]["coordinateDoubt"] is None


async def test_the_newest_photos_say_in_which_zone_the_cameras_of_a_place_run(api: Api) -> None:
    dump, query = (
        await make.make_dump(),
        "{ locations { nodes { name coordinateDoubt { likelyLongitude } } } }",
    )
    for name, longitude, offset_h, clock in (
        ("Nairobi", 36.8, 3, "exif_original"),  # as the camera says
        ("Austin", 97.74, -6, "exif_original"),  # not as the camera says
        ("Satellite", 97.74, 8, "file_name"),  # no clock of a camera
        ("Nowhere", None, 3, "exif_original"),
    ):
        latitude = None if longitude is None else 10.0
        place = await make.make_location(name, latitude=latitude, longitude=longitude)
        for seconds in (offset_h * 3600, None):
            await make.make_image(
                dump,
                location=place,
                utc_offset_s=seconds,
                clock_source=clock,
                time_source=clock,
                taken_local=make.NOON.replace(tzinfo=None),
            )
    found = (await api.ask(query))["locations"]["nodes"]
    assert {node["name"]: (node["coordinateDoubt"] or {}).get("likelyLongitude") for node in found} == {
        "Nairobi": None,
        "Austin": -97.74,
        "Satellite": -97.74,
        "Nowhere": None,
    }
