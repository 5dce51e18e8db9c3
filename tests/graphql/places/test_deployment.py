from __future__ import annotations

import pytest

from tests import factories as make
from tests.api import Api
from tests.clocks import make_clocked
from tests.graphql.test_loaders import counted_statements
from thumper.graphql.relay.identity import encode
from thumper.store import models

STAY = "id openedAt closedAt imageCount firstTakenAt lastTakenAt camera { serial } location { name }"


async def test_a_stay_tells_camera_place_images_and_times(api: Api) -> None:
    camera, creek = await make.make_camera(serial="S1"), await make.make_location("Creek")
    stay = await models.Deployment.create(camera=camera, location=creek)
    dump = await make.make_dump(creek)
    for local in ("2024-07-02 06:00", "2024-07-01 06:00", "1970-01-01"):
        await make_clocked(dump, local, deployment=stay, camera=camera, location=creek)
    other = await make_clocked(dump, "2024-07-03 06:00")
    word = encode("Deployment", stay.id)
    query = f"""query ($id: ID!, $image: ID!) {{ deployment(id: $id) {{ {STAY} clockFixes {{ id }} }}
      node(id: $id) {{ __typename }} image(id: $image) {{ deployment {{ id }} }}
      images(where: {{deploymentId: $id}}) {{ totalCount }} }}"""
    found = await api.ask(query, id=word, image=encode("Image", other.id))
    told = found["deployment"]
    assert (told["imageCount"], told["closedAt"], told["clockFixes"]) == (3, None, [])
    assert told["firstTakenAt"] == "2024-07-01T11:00:00+00:00"
    assert told["lastTakenAt"] == "2024-07-02T11:00:00+00:00"
    assert (told["camera"], told["location"]) == ({"serial": "S1"}, {"name": "Creek"})
    assert (found["node"]["__typename"], found["images"]["totalCount"]) == ("Deployment", 3)
    assert found["image"]["deployment"] is None


async def test_cameras_and_locations_list_their_stays_latest_first_in_pages(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras = [await make.make_camera(serial=f"S{number}") for number in range(3)]
    places = [await make.make_location(name) for name in ("Creek", "Oak", "Ridge")]
    for camera in cameras:
        for place in places:
            await models.Deployment.create(camera=camera, location=place)
    query = f"""{{ cameras(first: 10) {{ nodes {{ serial deployments(first: 2) {{
      totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {STAY} clockFixes {{ id }} }} }} }} }} }}"""
    with counted_statements(monkeypatch) as statements:
        nodes = (await api.ask(query))["cameras"]["nodes"]
    assert len(statements) == 7, statements
    for node in nodes:
        assert node["deployments"]["totalCount"] == 3
        assert [stay["location"]["name"] for stay in node["deployments"]["nodes"]] == ["Ridge", "Oak"]
        assert {stay["camera"]["serial"] for stay in node["deployments"]["nodes"]} == {node["serial"]}
    first = next(encode("Camera", camera.id) for camera in cameras if camera.serial == nodes[0]["serial"])
    cursor = nodes[0]["deployments"]["pageInfo"]["endCursor"]
    rest = """query ($id: ID!, $after: String) { camera(id: $id) { deployments(first: 2, after: $after) {
      nodes { location { name } } pageInfo { hasNextPage } } } }"""
    page = (await api.ask(rest, id=first, after=cursor))["camera"]["deployments"]
    assert page == {"nodes": [{"location": {"name": "Creek"}}], "pageInfo": {"hasNextPage": False}}
    query = '{ location(name: "oak") { deployments { totalCount nodes { camera { serial } } } } }'
    stays = (await api.ask(query))["location"]["deployments"]
    assert stays == {"totalCount": 3, "nodes": [{"camera": {"serial": f"S{number}"}} for number in (2, 1, 0)]}
    query = """query ($id: ID) { cameras(first: 5, where: {serial: "S1"}) { nodes {
      deployments(where: {locationId: $id}) { totalCount nodes { location { name } } }
      all: deployments(orderBy: {direction: ASC}) { nodes { location { name } } } } }
      oaks: cameras(where: {locationId: $id}) { totalCount }
      named: cameras(where: {nameContains: "x"}) { totalCount } }"""
    found = await api.ask(query, id=encode("Location", places[1].id))
    (node,) = found["cameras"]["nodes"]
    assert node["deployments"] == {"totalCount": 1, "nodes": [{"location": {"name": "Oak"}}]}
    assert [stay["location"]["name"] for stay in node["all"]["nodes"]] == ["Creek", "Oak", "Ridge"]
    assert (found["oaks"]["totalCount"], found["named"]["totalCount"]) == (3, 0)


async def test_a_repair_of_a_stay_covers_its_images_of_every_dump(api: Api) -> None:
    stay = await models.Deployment.create(
        camera=await make.make_camera(serial="S1"), location=await make.make_location()
    )
    for _ in range(2):
        await make_clocked(await make.make_dump(), "2024-07-01 06:00", deployment=stay)
    await make_clocked(await make.make_dump(), "2024-07-01 06:00")
    word = encode("Deployment", stay.id)
    mutation = """mutation ($input: FixClockInput!) { fixClock(input: $input) {
      clockFix { imageCount dump { id } deployment { id clockFixes { offsetSeconds } } }
      effect { changed } errors { code } } }"""
    done = (await api.ask(mutation, input={"deploymentId": word, "offsetSeconds": -60}))["fixClock"]
    assert (done["errors"], done["effect"]["changed"]) == ([], 2)
    assert done["clockFix"] == {
        "imageCount": 2,
        "dump": None,
        "deployment": {"id": word, "clockFixes": [{"offsetSeconds": -60}]},
    }
