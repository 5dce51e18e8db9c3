"""Photos of one camera between which no minute passes are told to be one burst, on whatever page they stand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from random import Random
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.graphql.test_loaders import counted_statements
from thumper.domain.burst import spans
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.images import bursts

QUERY = """query ($where: ImageFilter, $first: Int) { images(where: $where, first: $first) { totalCount nodes {
    id takenAt camera { id } burst { startedAt endedAt imageCount firstImage { id } } } } }"""
BOXES = (
    """query ($where: DetectionFilter) { detections(where: $where) { totalCount nodes { image { id } } } }"""
)


async def ask(api: Api, first: int = 100, **where: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await api.ask(QUERY, where=where, first=first))["images"]["nodes"]
    return nodes


async def taken(camera: models.Camera | None, *seconds: float, **values: Any) -> list[models.Image]:
    """Make photos of a camera, each at its seconds after noon."""
    dump = await make.make_dump()
    return [
        await make.make_image(dump, camera=camera, taken_at=make.NOON + dt.timedelta(seconds=each), **values)
        for each in seconds
    ]


async def test_each_photo_is_in_the_burst_that_its_camera_took(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Random(17)
    monkeypatch.setattr(bursts, "_NEAR", 2)
    for camera in (await make.make_camera(), await make.make_camera()):
        await taken(camera, *(draw.randrange(2400) for _ in range(45)))
    nodes = await ask(api)
    own = defaultdict(list)
    for node in nodes:
        own[node["camera"]["id"]].append(dt.datetime.fromisoformat(node["takenAt"]))
    sizes = set()
    for node in nodes:
        moment, times = dt.datetime.fromisoformat(node["takenAt"]), own[node["camera"]["id"]]
        (span,) = [span for span in spans(times) if span.first <= moment <= span.last]
        told = node["burst"]
        assert (told["startedAt"], told["endedAt"]) == (span.first.isoformat(), span.last.isoformat())
        assert told["imageCount"] == sum(span.first <= each <= span.last for each in times)
        sizes.add(told["imageCount"])
    assert len(sizes) > 2
    by_first = {node["burst"]["firstImage"]["id"] for node in nodes}
    assert len(by_first) == sum(len(spans(times)) for times in own.values())


async def test_the_images_and_boxes_of_a_burst_are_found_and_counted(api: Api) -> None:
    camera, detector = await make.make_camera(), await make.make_detector()
    inside = await taken(camera, 0, 50, 110)
    await taken(camera, -61, 171)
    await taken(await make.make_camera(), 50)
    for image in await models.Image.all():
        await make.make_detection(await make.make_run(image, detector))
    words = {encode("Image", image.id) for image in inside}
    for word in words:
        found = await ask(api, burstImageId=word)
        assert {node["id"] for node in found} == words
        assert [node["burst"]["imageCount"] for node in found] == [3, 3, 3]
        boxes = (await api.ask(BOXES, where={"burstImageId": word, "reviewed": False}))["detections"]
        assert boxes["totalCount"] == 3
        assert {node["image"]["id"] for node in boxes["nodes"]} == words
    assert await api.refused(QUERY, where={"burstImageId": encode("Camera", camera.id)}) == "BAD_ID"
    assert await ask(api, burstImageId=encode("Image", make.unknown_id())) == []


async def test_a_burst_is_the_same_on_a_page_that_shows_a_part_of_it(api: Api) -> None:
    first, *_ = await taken(await make.make_camera(), 0, 30, 60, 90, 120)
    await models.Image.filter(id=first.id).update(damaged=True)
    whole = {node["id"]: node["burst"] for node in await ask(api)}
    (newest,) = await ask(api, first=1)
    (damaged,) = await ask(api, damaged=True)
    for node in (newest, damaged):
        assert node["burst"] == whole[node["id"]]
        assert node["burst"]["firstImage"]["id"] == encode("Image", first.id)
        assert node["burst"]["imageCount"] == 5


async def test_photos_without_camera_or_time_have_no_burst(api: Api) -> None:
    camera = await make.make_camera()
    await taken(None, 0, 1)
    untimed = await make.make_image(await make.make_dump(), taken_at=None, camera=camera)
    nodes = await ask(api)
    assert [node["burst"] for node in nodes] == [None, None, None]
    for node in nodes:
        assert [each["id"] for each in await ask(api, burstImageId=node["id"])] == [node["id"]]
    assert encode("Image", untimed.id) in {node["id"] for node in nodes}


async def test_bursts_of_a_page_cost_four_statements_more(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The earlier and the later ends, the counts, the first images."""
    await taken(await make.make_camera(), *range(0, 2000, 50))
    await taken(await make.make_camera(), *range(0, 2000, 70))
    plain = "{ images(first: 100) { nodes { id } } }"
    with counted_statements(monkeypatch) as without:
        await api.ask(plain)
    with counted_statements(monkeypatch) as statements:
        await api.ask("{ images(first: 100) { nodes { id burst { imageCount firstImage { fileName } } } } }")
    assert len(statements) == len(without) + 4, statements
