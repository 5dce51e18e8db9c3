"""Images below their records, and one image by its hash: one filter and order everywhere, one statement for a page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.graphql.test_loaders import counted_statements
from thumper.graphql.relay.identity import encode
from thumper.store import models

BELOW = """images(first: 2, where: $where, orderBy: $orderBy) {
    totalCount nodes { fileName } pageInfo { hasNextPage endCursor } }"""
LISTS = {
    "Location": "locations",
    "Camera": "cameras",
    "Deployment": "deployments",
    "Dump": "dumps",
    "Deer": "allDeer",
}


async def fill() -> tuple[dict[str, str], list[str]]:
    """Make two records of each kind; return the ids of the first of each, and the names of its images, oldest first."""
    detector = await make.make_detector()
    words: dict[str, str] = {}
    names: list[str] = []
    for number in range(2):
        place, camera = await make.make_location(f"Stand {number}"), await make.make_camera()
        stay = await models.Deployment.create(camera=camera, location=place)
        dump, deer = await make.make_dump(place), await make.make_deer()
        for minute in range(3):
            image, boxes = await make.make_boxed_image(
                dump,
                detector,
                boxes=2,
                location=place,
                camera=camera,
                deployment=stay,
                taken_at=make.NOON + dt.timedelta(minutes=minute),
                damaged=minute == 1,
            )
            await make.make_sighting(boxes[0], deer)
            if number == 0:
                names.append(image.file_name)
        for record in (place, camera, stay, dump, deer):
            noun = type(record).__name__
            words.setdefault(noun, encode(noun, record.id))
    return words, names


@pytest.mark.parametrize("noun", LISTS)
async def test_each_record_has_its_images_in_pages_with_filter_and_order(
    api: Api, monkeypatch: pytest.MonkeyPatch, noun: str
) -> None:
    words, names = await fill()
    word = words[noun]
    query = (
        f"query ($where: ImageFilter, $orderBy: ImageOrder) {{ {LISTS[noun]} {{ nodes {{ id {BELOW} }} }} }}"
    )

    async def ask(**variables: Any) -> dict[str, Any]:
        nodes = (await api.ask(query, **variables))[LISTS[noun]]["nodes"]
        assert len(nodes) == 2
        told: dict[str, Any] = next(node["images"] for node in nodes if node["id"] == word)
        return told

    with counted_statements(monkeypatch) as statements:
        page = await ask()
    assert len(statements) == 3, statements
    assert [node["fileName"] for node in page["nodes"]] == names[:0:-1]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    oldest = await ask(orderBy={"field": "TAKEN", "direction": "ASC"})
    assert [node["fileName"] for node in oldest["nodes"]] == names[:2]
    damaged = await ask(where={"damaged": True})
    assert (damaged["totalCount"], damaged["nodes"]) == (1, [{"fileName": names[1]}])
    rest = f"""query ($id: ID!, $after: String) {{ node(id: $id) {{ ... on {noun} {{
      images(first: 2, after: $after) {{ nodes {{ fileName }} pageInfo {{ hasNextPage }} }} }} }} }}"""
    last = (await api.ask(rest, id=word, after=page["pageInfo"]["endCursor"]))["node"]["images"]
    assert last == {"nodes": [{"fileName": names[0]}], "pageInfo": {"hasNextPage": False}}
    back = f"""query ($id: ID!, $before: String) {{ node(id: $id) {{ ... on {noun} {{
      images(last: 1, before: $before) {{ nodes {{ fileName }} }} }} }} }}"""
    before = (await api.ask(back, id=word, before=page["pageInfo"]["endCursor"]))["node"]["images"]
    assert before == {"nodes": [{"fileName": names[2]}]}


async def test_an_image_on_which_two_detectors_drew_a_deer_is_listed_once(api: Api) -> None:
    deer, dump = await make.make_deer(), await make.make_dump()
    image, (box,) = await make.make_boxed_image(dump, await make.make_detector(current=False))
    other = await make.make_run(image, await make.make_detector())
    for detection in (box, await make.make_detection(other)):
        await make.make_sighting(detection, deer)
    query = "{ allDeer { nodes { images { totalCount nodes { fileName } } sightings { nodes { id } } } } }"
    (node,) = (await api.ask(query))["allDeer"]["nodes"]
    assert node["images"] == {"totalCount": 1, "nodes": [{"fileName": image.file_name}]}
    assert len(node["sightings"]["nodes"]) == 2


async def test_an_image_is_found_by_the_hash_of_its_bytes(api: Api) -> None:
    image = await make.make_image(await make.make_dump())
    query = "query ($id: ID, $hash: String) { image(id: $id, sha256: $hash) { fileName } }"
    word = encode("Image", image.id)
    expected = {"fileName": image.file_name}
    for told in ({"id": word}, {"hash": image.sha256.hex()}, {"hash": image.sha256.hex().upper()}):
        assert (await api.ask(query, **told))["image"] == expected
    assert (await api.ask(query, hash="00" * 32))["image"] is None
    for wrong in ("", "00" * 31, "zz" * 32, "0" * 63):
        assert await api.refused(query, hash=wrong) == "BAD_VALUE"
    assert await api.refused(query) == "BAD_ARGUMENTS"
    assert await api.refused(query, id=word, hash=image.sha256.hex()) == "BAD_ARGUMENTS"


async def test_every_image_is_a_photo_and_no_clip(api: Api) -> None:
    await make.make_boxed_image(await make.make_dump(), await make.make_detector())
    query = """query ($where: ImageFilter) { images(where: $where) { totalCount
      nodes { media durationSeconds detections { frameSeconds } } } }"""
    node = {"media": "PHOTO", "durationSeconds": None, "detections": [{"frameSeconds": None}]}
    assert (await api.ask(query, where={"media": "PHOTO"}))["images"] == {"totalCount": 1, "nodes": [node]}
    assert (await api.ask(query, where={"media": "CLIP"}))["images"] == {"totalCount": 0, "nodes": []}
    assert await api.refused(query, where={"media": "SOUND"}) == "BAD_QUERY"
