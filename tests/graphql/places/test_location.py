from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api


async def test_a_location_is_found_by_id_and_by_name_whatever_its_case(api: Api) -> None:
    location = await make.make_location("Creek Bed", latitude=30.0, longitude=-97.0)
    await make.make_image(await make.make_dump(), location=location)
    query = """query ($id: ID, $name: String) { location(id: $id, name: $name) {
      id name coordinates { latitude longitude roundedToDegrees } imageCount active } }"""
    found = (await api.ask(query, name=" creek BED "))["location"]
    assert found["imageCount"] == 1
    assert found["coordinates"] == {"latitude": 30.0, "longitude": -97.0, "roundedToDegrees": None}
    assert (await api.ask(query, id=found["id"]))["location"] == found
    assert (await api.ask(query, name="nowhere"))["location"] is None
    assert await api.refused(query) == "BAD_ARGUMENTS"
    assert await api.refused(query, id=found["id"], name="Creek Bed") == "BAD_ARGUMENTS"


async def test_locations_are_filtered_and_ordered(api: Api) -> None:
    await make.make_location("b", active=False)
    await make.make_location("A", latitude=1.0, longitude=2.0)
    query = """query ($where: LocationFilter, $order: LocationOrder) {
      locations(where: $where, orderBy: $order) { totalCount nodes { name } } }"""

    async def names(**variables: Any) -> list[str]:
        answer = (await api.ask(query, **variables))["locations"]
        assert answer["totalCount"] == len(answer["nodes"])
        return [node["name"] for node in answer["nodes"]]

    assert await names() == ["A", "b"]
    assert await names(order={"field": "NAME", "direction": "DESC"}) == ["b", "A"]
    assert await names(order={"field": "CREATED", "direction": "ASC"}) == ["b", "A"]
    assert await names(order={"field": "CREATED", "direction": "DESC"}) == ["A", "b"]
    assert await names(where={"nameContains": "a"}) == ["A"]
    assert await names(where={"active": False}) == ["b"]
    assert await names(where={"withoutCoordinates": False}) == ["A"]
    assert await names(where={"withoutCoordinates": True}) == ["b"]


async def test_cameras_are_listed_with_how_many_images_each_took(api: Api) -> None:
    camera = await make.make_camera(make="BROWNING", model="Z")
    await make.make_camera(make="BROWNING", model="A")
    await make.make_image(await make.make_dump(), camera=camera)
    query = (
        "query ($order: CameraOrder) { cameras(orderBy: $order) { totalCount nodes { model imageCount } } }"
    )
    answer = (await api.ask(query))["cameras"]
    assert answer == {
        "totalCount": 2,
        "nodes": [{"model": "A", "imageCount": 0}, {"model": "Z", "imageCount": 1}],
    }
    for field, direction, models in (
        ("MODEL", "DESC", ["Z", "A"]),
        ("CREATED", "ASC", ["Z", "A"]),
        ("CREATED", "DESC", ["A", "Z"]),
    ):
        answer = (await api.ask(query, order={"field": field, "direction": direction}))["cameras"]
        assert [node["model"] for node in answer["nodes"]] == models


async def test_detectors_are_listed_the_current_one_first(api: Api) -> None:
    old = await make.make_detector(current=False)
    new = await make.make_detector()
    answer = await api.ask("{ detectors { name current sha256 labels { name shown } } }")
    assert [(node["name"], node["current"]) for node in answer["detectors"]] == [
        (new.name, True),
        (old.name, False),
    ]
