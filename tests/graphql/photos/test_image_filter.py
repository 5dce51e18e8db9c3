"""Photos are found by what is on them: a deer, a life stage, and whether people have looked."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.identity import encode
from thumper.store import models

QUERY = """query ($where: ImageFilter) {
    images(where: $where, orderBy: {direction: ASC}) { totalCount nodes { fileName } } }"""
REVIEW = """mutation ($input: ReviewDetectionInput!) { reviewDetection(input: $input) { errors { code } } }"""
EMPTY = """mutation ($input: MarkImagesEmptyInput!) { markImagesEmpty(input: $input) { errors { code } } }"""
DRAW = """mutation ($input: AddDetectionInput!) { addDetection(input: $input) { errors { code } } }"""


async def names(api: Api, **where: Any) -> set[str]:
    """Return the names of the photos that are found, which are as many as are counted."""
    found = (await api.ask(QUERY, where=where))["images"]
    assert found["totalCount"] == len(found["nodes"])
    return {node["fileName"] for node in found["nodes"]}


async def say(api: Api, mutation: str, **input_: Any) -> None:
    (payload,) = (await api.ask(mutation, input=input_)).values()
    assert payload["errors"] == []


async def photo(name: str, detector: models.Detector, *, boxes: int) -> tuple[str, list[str]]:
    """Make a photo; return its id and those of its boxes."""
    image, found = await make.make_boxed_image(
        await make.make_dump(), detector, boxes=boxes, file_name=f"{name}.JPG"
    )
    return encode("Image", image.id), [encode("Detection", box.id) for box in found]


async def test_photos_are_found_by_whether_people_have_looked_at_them(api: Api) -> None:
    detector = await make.make_detector()
    await photo("empty", detector, boxes=0)
    await photo("unseen", detector, boxes=1)
    said_empty, _ = await photo("said empty", detector, boxes=0)
    drawn, _ = await photo("drawn", detector, boxes=0)
    _, (first, _) = await photo("half", detector, boxes=2)
    _, both = await photo("whole", detector, boxes=2)
    _, (wrong,) = await photo("rejected", detector, boxes=1)
    assert await names(api, reviewed=True) == set()
    for box in (first, *both):
        await say(api, REVIEW, detectionId=box, verdict="CONFIRMED")
    await say(api, REVIEW, detectionId=wrong, verdict="REJECTED")
    await say(api, EMPTY, imageIds=[said_empty])
    await say(api, DRAW, imageId=drawn, box={"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2}, sex="MALE")
    looked_at = {"said empty.JPG", "drawn.JPG", "whole.JPG", "rejected.JPG"}
    assert await names(api, reviewed=True) == looked_at
    assert await names(api, reviewed=False) == {"empty.JPG", "unseen.JPG", "half.JPG"}
    assert await names(api, reviewed=False, withoutDetections=False) == {"unseen.JPG", "half.JPG"}


async def test_a_box_below_its_threshold_waits_for_nobody(api: Api) -> None:
    detector = await make.make_detector()
    image, (box,) = await make.make_boxed_image(await make.make_dump(), detector)
    run = await models.DetectionRun.get(image_id=image.id)
    await make.make_detection(run, shown=False, confidence=0.1)
    await say(api, REVIEW, detectionId=encode("Detection", box.id), verdict="CONFIRMED")
    assert await names(api, reviewed=True) == {image.file_name}


async def test_photos_are_found_by_the_deer_on_them(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    ghost, other = await make.make_deer("Ghost"), await make.make_deer("Other")
    both, boxes = await make.make_boxed_image(dump, detector, boxes=2)
    await make.make_sighting(boxes[0], ghost)
    await make.make_sighting(boxes[1], other)
    one, (box,) = await make.make_boxed_image(dump, detector)
    await make.make_sighting(box, other)
    await make.make_boxed_image(dump, detector)
    assert await names(api, deerId=encode("Deer", ghost.id)) == {both.file_name}
    assert await names(api, deerId=encode("Deer", other.id)) == {both.file_name, one.file_name}
    assert await names(api, deerId=encode("Deer", other.id), withoutDeer=True) == set()
    assert await names(api, deerId=encode("Deer", make.unknown_id())) == set()
    assert await api.refused(QUERY, where={"deerId": encode("Image", one.id)}) == "BAD_ID"


async def test_life_stage_holds_for_the_same_box_as_sex_and_confidence(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    image, _ = await make.make_boxed_image(dump, detector, boxes=0)
    run = await models.DetectionRun.get(image_id=image.id)
    await make.make_detection(run, sex="female", life_stage="adult")
    await make.make_detection(run, sex="unknown", life_stage="juvenile")
    await make.make_boxed_image(dump, detector)
    assert await names(api, lifeStage="JUVENILE") == {image.file_name}
    assert await names(api, lifeStage="ADULT", sex="FEMALE") == {image.file_name}
    assert await names(api, lifeStage="JUVENILE", sex="FEMALE") == set()
    assert await names(api, lifeStage="JUVENILE", minConfidence=0.95) == set()
