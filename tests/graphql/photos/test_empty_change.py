"""That no animal is on an image is a person's word: it stands for boxes of every detector, and is taken back whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.pipeline import detect, store_images, use_detector
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.queue import batches

IMAGES = """images { id seenAsEmpty { actor { name } createdAt } detections { id } }
    errors { __typename code path ... on ImageHasDetections { detectionCount }
        ... on DetectionAssigned { deer { name } } }"""
MARK = f"mutation ($input: MarkImagesEmptyInput!) {{ markImagesEmpty(input: $input) {{ {IMAGES} }} }}"
UNMARK = f"mutation ($input: UnmarkImagesEmptyInput!) {{ unmarkImagesEmpty(input: $input) {{ {IMAGES} }} }}"
REVIEW = """mutation ($input: ReviewDetectionInput!) { reviewDetection(input: $input) {
    detection { verdict } errors { __typename code path ... on ImageSeenAsEmpty { image { id } } } } }"""
UNDO = """mutation ($id: ID!) { undoReview(input: {reviewId: $id}) { detection { verdict } errors { code path } } }"""
ADD = """mutation ($id: ID!) {
    addDetection(input: {imageId: $id, box: {x: 0.1, y: 0.1, width: 0.2, height: 0.2}}) {
        detection { id } errors { code path } } }"""


async def mark(api: Api, *images: models.Image, **values: Any) -> Any:
    asked = {"imageIds": [encode("Image", image.id) for image in images]} | values
    return (await api.ask(MARK, input=asked))["markImagesEmpty"]


async def unmark(api: Api, *images: models.Image) -> Any:
    asked = {"imageIds": [encode("Image", image.id) for image in images]}
    return (await api.ask(UNMARK, input=asked))["unmarkImagesEmpty"]


async def found(api: Api, **where: Any) -> int:
    query = "query ($where: ImageFilter) { images(where: $where) { totalCount } }"
    total: int = (await api.ask(query, where=where))["images"]["totalCount"]
    return total


async def verdicts() -> list[str | None]:
    rows = await models.Detection.all().order_by("image_id", "id").values("verdict")
    return [row["verdict"] for row in rows]


@pytest.fixture
async def image(api: Api) -> models.Image:
    """Return an image on which the detector found two boxes."""
    made, _ = await make.make_boxed_image(await make.make_dump(), await make.make_detector(), boxes=2)
    return made


async def test_an_image_without_boxes_is_said_to_be_empty_once(api: Api, image: models.Image) -> None:
    bare = await make.make_image(await make.make_dump())
    first = (await mark(api, bare))["images"][0]
    assert first["seenAsEmpty"]["actor"] == {"name": "owner"}
    assert (await mark(api, bare))["images"][0] == first
    assert await found(api, seenAsEmpty=True) == 1
    assert await found(api, seenAsEmpty=False) == 1
    assert (await unmark(api, bare, image))["images"][0]["seenAsEmpty"] is None
    assert await found(api, seenAsEmpty=True) == 0
    assert [event.kind.name for event in await feed.read_after(0)] == ["IMAGE_MARKED"] * 2


async def test_an_image_with_boxes_is_refused_unless_they_are_to_be_rejected(
    api: Api, image: models.Image
) -> None:
    bare = await make.make_image(await make.make_dump())
    (error,) = (await mark(api, bare, image))["errors"]
    assert error["path"] == ["input", "imageIds", "1"]
    assert (error["__typename"], error["detectionCount"]) == ("ImageHasDetections", 2)
    assert not await models.Mark.exists()
    marked = await mark(api, bare, image, rejectDetections=True)
    assert [own["detections"] for own in marked["images"]] == [[], []]
    assert await verdicts() == ["rejected", "rejected"]
    assert {review.note for review in await models.Review.all()} == {"No animal is on the image."}
    assert await found(api, withoutDetections=True) == 2
    kinds = [event.kind.name for event in await feed.read_after(0)]
    assert kinds == ["DETECTION_REVIEWED", "DETECTION_REVIEWED", "IMAGE_MARKED", "IMAGE_MARKED"]


async def test_taking_it_back_takes_back_what_came_with_it_and_no_later_word(
    api: Api, image: models.Image
) -> None:
    one, two = await models.Detection.filter(image_id=image.id).order_by("ordinal")
    confirm = {"detectionId": encode("Detection", one.id), "verdict": "CONFIRMED"}
    await api.ask(REVIEW, input=confirm)
    await mark(api, image, rejectDetections=True)
    again = {"detectionId": encode("Detection", two.id), "verdict": "REJECTED", "note": "a stump"}
    await api.ask(REVIEW, input=again)
    back = (await unmark(api, image))["images"][0]
    assert [box["id"] for box in back["detections"]] == [encode("Detection", one.id)]
    await one.refresh_from_db()
    await two.refresh_from_db()
    assert (one.verdict, two.verdict) == ("confirmed", "rejected")


async def test_while_it_stands_nothing_else_is_said_of_the_image(api: Api, image: models.Image) -> None:
    box, _ = await models.Detection.filter(image_id=image.id)
    await mark(api, image, rejectDetections=True)
    confirm = {"detectionId": encode("Detection", box.id), "verdict": "CONFIRMED"}
    (error,) = (await api.ask(REVIEW, input=confirm))["reviewDetection"]["errors"]
    assert (error["code"], error["path"]) == ("IMAGE_SEEN_AS_EMPTY", ["input", "detectionId"])
    assert error["image"] == {"id": encode("Image", image.id)}
    review = await models.Review.filter(detection_id=box.id).first()
    assert review is not None
    (error,) = (await api.ask(UNDO, id=encode("Review", review.id)))["undoReview"]["errors"]
    assert (error["code"], error["path"]) == ("IMAGE_SEEN_AS_EMPTY", ["input", "reviewId"])
    (error,) = (await api.ask(ADD, id=encode("Image", image.id)))["addDetection"]["errors"]
    assert (error["code"], error["path"]) == ("IMAGE_SEEN_AS_EMPTY", ["input", "imageId"])
    assert await verdicts() == ["rejected", "rejected"]
    await unmark(api, image)
    assert (await api.ask(ADD, id=encode("Image", image.id)))["addDetection"]["errors"] == []


async def test_boxes_that_another_detector_finds_later_are_rejected_with_it(api: Api) -> None:
    (image_id,) = await store_images(1)
    await detect(1, boxes=0)
    image = await models.Image.get(id=image_id)
    await mark(api, image)
    await use_detector("another")
    await batches.detect_pending(limit=1)
    before = await feed.latest()
    await detect(1, boxes=2)
    assert await verdicts() == ["rejected", "rejected"]
    assert await found(api, withoutDetections=False) == 0
    kinds = [event.kind.name for event in await feed.read_after(before)]
    assert kinds == ["DETECTION_REVIEWED", "DETECTION_REVIEWED", "IMAGE_PROCESSED"]
    assert {review.actor for review in await models.Review.all()} == {"owner"}
    assert len((await unmark(api, image))["images"][0]["detections"]) == 2
    assert await verdicts() == [None, None]


async def test_an_image_with_a_known_deer_is_not_empty(api: Api, image: models.Image) -> None:
    box, _ = await models.Detection.filter(image_id=image.id)
    await make.make_sighting(box, await make.make_deer("Ajax"))
    (error,) = (await mark(api, image, rejectDetections=True))["errors"]
    assert (error["code"], error["deer"]) == ("DETECTION_ASSIGNED", {"name": "Ajax"})
    assert error["path"] == ["input", "imageIds", "0"]
    assert not await models.Mark.exists()
    assert await verdicts() == [None, None]


async def test_a_box_that_is_not_shown_is_no_deer_on_an_empty_image_and_keeps_it_from_being_empty(
    api: Api, image: models.Image
) -> None:
    box, other = await models.Detection.filter(image_id=image.id)
    await models.Detection.all().update(shown=False, label="doe", confidence=0.1)
    decide = """mutation ($boxes: [ID!]!, $deer: ID!, $verdict: IdentityVerdict!) {
        decideIdentity(input: {detectionIds: $boxes, deerId: $deer, verdict: $verdict}) {
            errors { code path ... on ImageSeenAsEmpty { image { id } } } } }"""
    boxes = [encode("Detection", own.id) for own in (box, other)]
    deer = encode("Deer", (await make.make_deer("Ajax")).id)
    assert (await mark(api, image))["errors"] == []
    errors = (await api.ask(decide, boxes=boxes, deer=deer, verdict="IS"))["decideIdentity"]["errors"]
    assert [(own["code"], own["path"][-1]) for own in errors] == [
        ("IMAGE_SEEN_AS_EMPTY", "0"),
        ("IMAGE_SEEN_AS_EMPTY", "1"),
    ]
    assert errors[0]["image"] == {"id": encode("Image", image.id)}
    assert (await api.ask(decide, boxes=boxes, deer=deer, verdict="IS_NOT"))["decideIdentity"]["errors"] == []
    await unmark(api, image)
    assert (await api.ask(decide, boxes=boxes[:1], deer=deer, verdict="IS"))["decideIdentity"]["errors"] == []
    (error,) = (await mark(api, image))["errors"]
    assert (error["code"], error["deer"]) == ("DETECTION_ASSIGNED", {"name": "Ajax"})


async def test_drawn_boxes_are_rejected_with_it_and_come_back(api: Api, image: models.Image) -> None:
    await api.ask(ADD, id=encode("Image", image.id))
    marked = await mark(api, image, rejectDetections=True)
    assert marked["images"][0]["detections"] == []
    assert await verdicts() == ["rejected"] * 3
    assert len((await unmark(api, image))["images"][0]["detections"]) == 3
    assert sorted(await verdicts(), key=str) == [None, None, "confirmed"]
