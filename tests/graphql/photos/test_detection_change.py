"""Boxes that people draw count with every detector, survive every run, and can be removed and put back."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.pipeline import detect, store_images, use_detector
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.images.images import ImageSearch
from thumper.store.queue import batches

BOX = """detection { id ordinal counted verdict removedAt shown { label species { scientificName } sex lifeStage }
    predicted { label } drawnBy { name } removedBy { name } detector { name } box { x y width height }
    reviews { verdict species { scientificName } sex note actor { name } } }"""
ERRORS = """errors { __typename code message path ... on DetectionAssigned { deer { name } }
    ... on ImageSeenAsEmpty { image { id } } }"""
ADD = f"mutation ($input: AddDetectionInput!) {{ addDetection(input: $input) {{ {BOX} {ERRORS} }} }}"
REMOVE = f"mutation ($id: ID!) {{ removeDetection(input: {{detectionId: $id}}) {{ {BOX} {ERRORS} }} }}"
RESTORE = f"mutation ($id: ID!) {{ restoreDetection(input: {{detectionId: $id}}) {{ {BOX} {ERRORS} }} }}"
REVIEW = (
    f"""mutation ($input: ReviewDetectionInput!) {{ reviewDetection(input: $input) {{ {BOX} {ERRORS} }} }}"""
)
DECIDE = """mutation ($boxes: [ID!]!, $deer: ID!, $verdict: IdentityVerdict = IS) {
    decideIdentity(input: {detectionIds: $boxes, deerId: $deer, verdict: $verdict}) {
        errors { code path ... on DeerAlreadyInImage { conflictingDetection { id } } } } }"""
SHOWN = """query ($id: ID!, $no: Boolean) { image(id: $id) {
    detections(includeDuplicates: $no) { id drawnBy { name } duplicateOf { id } } } }"""
WHERE = {"x": 0.5, "y": 0.5, "width": 0.25, "height": 0.25}


async def add(api: Api, image: models.Image, box: dict[str, float] = WHERE, **values: Any) -> Any:
    asked = {"imageId": encode("Image", image.id), "box": box} | values
    return (await api.ask(ADD, input=asked))["addDetection"]


async def drawn(api: Api, image: models.Image, **values: Any) -> str:
    box: str = (await add(api, image, **values))["detection"]["id"]
    return box


async def decide(api: Api, *given: str | models.Deer, verdict: str = "IS") -> Any:
    """Decide that boxes are the deer at the end; return the errors."""
    *boxes, deer = given
    assert isinstance(deer, models.Deer)
    answer = await api.ask(DECIDE, boxes=boxes, deer=encode("Deer", deer.id), verdict=verdict)
    return answer["decideIdentity"]["errors"]


async def listed(api: Api, **where: Any) -> list[str]:
    query = "query ($where: DetectionFilter) { detections(where: $where) { totalCount nodes { id } } }"
    page = (await api.ask(query, where=where))["detections"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["id"] for node in page["nodes"]]


async def shown(api: Api, image: models.Image, *, duplicates: bool = True) -> list[dict[str, Any]]:
    answer = await api.ask(SHOWN, id=encode("Image", image.id), no=duplicates)
    boxes: list[dict[str, Any]] = answer["image"]["detections"]
    return boxes


@pytest.fixture
async def image(api: Api) -> models.Image:
    """Return an image on which the detector found a buck."""
    made, _ = await make.make_boxed_image(await make.make_dump(), await make.make_detector())
    return made


async def test_a_drawn_box_is_told_apart_and_counts_with_what_the_person_says(
    api: Api, image: models.Image
) -> None:
    added = await add(api, image, label="buck", lifeStage="ADULT", note="behind the feeder")
    assert added["errors"] == []
    box = added["detection"]
    assert box["box"] == WHERE
    assert (box["drawnBy"], box["detector"], box["predicted"], box["ordinal"]) == (
        {"name": "owner"},
        None,
        None,
        None,
    )
    species = {"scientificName": "Odocoileus virginianus"}
    assert box["shown"] == {"label": "buck", "species": species, "sex": "MALE", "lifeStage": "ADULT"}
    assert (box["verdict"], box["counted"], box["removedAt"]) == ("CONFIRMED", True, None)
    assert box["reviews"] == [
        {
            "verdict": "CONFIRMED",
            "species": species,
            "sex": "MALE",
            "note": "behind the feeder",
            "actor": {"name": "owner"},
        }
    ]
    assert [own["drawnBy"] for own in await shown(api, image)] == [None, {"name": "owner"}]
    assert await listed(api, drawn=True) == [box["id"]]
    assert box["id"] not in await listed(api, drawn=False)
    assert len(await listed(api)) == 2
    assert box["id"] in await listed(api, minConfidence=0.99)
    assert box["id"] in await listed(api, label="buck", lifeStage="ADULT")
    assert box["id"] not in await listed(api, predictedLabel="buck")
    assert len(await listed(api, reviewed=False)) == 1
    assert [event.kind.name for event in await feed.read_after(0)] == ["DETECTION_DRAWN"]
    assert (await api.ask("{ detectors { name current } }"))["detectors"] == [
        {"name": (await models.Detector.get(current=True)).name, "current": True}
    ]


async def test_what_cannot_be_a_box_is_refused_and_nothing_is_written(api: Api, image: models.Image) -> None:
    for box, path in (
        (WHERE | {"x": -0.1}, ["box", "x"]),
        (WHERE | {"width": 0}, ["box", "width"]),
        (WHERE | {"height": 0.6}, ["box", "height"]),
    ):
        (error,) = (await add(api, image, box))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", *path])
    (error,) = (await add(api, image, species=" "))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "species"])
    (error,) = (await add(api, image, species="white tailed deer"))["errors"]
    assert (error["code"], error["path"]) == ("SPECIES_NOT_LISTED", ["input", "species"])
    (error,) = (await add(api, models.Image(id=make.unknown_id())))["errors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "imageId"])
    assert not await models.Detector.exists(people=True)
    assert await feed.read_after(0) == []


async def test_a_drawn_box_stays_when_another_detector_becomes_current(api: Api) -> None:
    (image_id,) = await store_images(1)
    await detect(1, boxes=0)
    image = await models.Image.get(id=image_id)
    assert await ImageSearch(without_detections=False).count() == 0
    box = await drawn(api, image, species="Odocoileus virginianus", sex="FEMALE")
    assert await ImageSearch(without_detections=False).count() == 1
    assert await ImageSearch(species="odocoileus virginianus").count() == 1
    await use_detector("another")
    assert [own["id"] for own in await shown(api, image)] == [box]
    await batches.detect_pending(limit=1)
    await detect(1, boxes=1)
    assert [own["id"] for own in await shown(api, image)][1:] == [box]
    assert await ImageSearch(without_detections=False).count() == 1
    assert await ImageSearch(without_detections=True).count() == 0
    own = await models.Detection.get(drawn_by="owner")
    assert (own.shown, own.species, own.verdict) == (True, "Odocoileus virginianus", "confirmed")


async def test_an_animal_that_a_later_detector_finds_too_counts_once(api: Api) -> None:
    (image_id,) = await store_images(1)
    await detect(1, boxes=0)
    image = await models.Image.get(id=image_id)
    # The box of `results_of`, a little off.
    near = {"x": 0.11, "y": 0.1, "width": 0.2, "height": 0.21}
    box = await drawn(api, image, box=near)
    await drawn(api, image)
    await use_detector("another")
    await batches.detect_pending(limit=1)
    await detect(1, boxes=1)
    (found, *_) = await shown(api, image)
    assert found["duplicateOf"] == {"id": box}
    assert len(await shown(api, image)) == 3
    assert len(await shown(api, image, duplicates=False)) == 2
    assert len(await listed(api, includeDuplicates=False)) == 2
    await api.ask(REMOVE, id=box)
    assert (await shown(api, image, duplicates=False))[0]["duplicateOf"] is None
    await api.ask(RESTORE, id=box)
    assert (await shown(api, image))[0]["duplicateOf"] == {"id": box}
    await api.ask(REVIEW, input={"detectionId": box, "verdict": "REJECTED"})
    assert (await shown(api, image))[0]["duplicateOf"] is None


async def test_a_removed_box_is_in_no_list_and_comes_back_as_it_was(api: Api, image: models.Image) -> None:
    box = await drawn(api, image, sex="MALE")
    gone = (await api.ask(REMOVE, id=box))["removeDetection"]
    assert (gone["detection"]["removedBy"], gone["detection"]["counted"]) == ({"name": "owner"}, False)
    assert gone["detection"]["removedAt"]
    for where in ({}, {"minConfidence": 0.05}, {"drawn": True}, {"reviewed": True}):
        assert box not in await listed(api, **where)
    assert len(await shown(api, image)) == 1
    (error,) = (await api.ask(REMOVE, id=box))["removeDetection"]["errors"]
    assert error["code"] == "INVALID"
    review = {"detectionId": box, "verdict": "CONFIRMED"}
    (error,) = (await api.ask(REVIEW, input=review))["reviewDetection"]["errors"]
    assert (error["__typename"], error["path"]) == ("DetectionRemoved", ["input", "detectionId"])
    for verdict in ("IS", "IS_NOT"):
        (error,) = await decide(api, box, await make.make_deer(), verdict=verdict)
        assert (error["code"], error["path"]) == ("DETECTION_REMOVED", ["input", "detectionIds", "0"])
    back = (await api.ask(RESTORE, id=box))["restoreDetection"]["detection"]
    assert (back["removedAt"], back["removedBy"], back["counted"], back["shown"]["sex"]) == (
        None,
        None,
        True,
        "MALE",
    )
    assert box in await listed(api)
    (error,) = (await api.ask(RESTORE, id=box))["restoreDetection"]["errors"]
    assert error["code"] == "INVALID"
    kinds = [event.kind.name for event in await feed.read_after(0)]
    assert kinds == ["DETECTION_DRAWN", "DETECTION_REMOVED", "DETECTION_DRAWN"]


async def test_a_box_of_a_detector_or_of_a_deer_is_not_removed(api: Api, image: models.Image) -> None:
    (theirs,) = await models.Detection.filter(image_id=image.id)
    (error,) = (await api.ask(REMOVE, id=encode("Detection", theirs.id)))["removeDetection"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "detectionId"])
    assert "reviewDetection" in error["message"]
    box = await drawn(api, image)
    assert await decide(api, box, await make.make_deer("Ajax")) == []
    (error,) = (await api.ask(REMOVE, id=box))["removeDetection"]["errors"]
    assert (error["code"], error["deer"]) == ("DETECTION_ASSIGNED", {"name": "Ajax"})
    (error,) = (await api.ask(REMOVE, id=encode("Detection", make.unknown_id())))["removeDetection"]["errors"]
    assert error["code"] == "NOT_FOUND"


async def test_a_deer_is_not_in_an_image_twice_by_a_drawn_box(api: Api, image: models.Image) -> None:
    (theirs,) = await models.Detection.filter(image_id=image.id)
    deer = await make.make_deer()
    box, other = str(encode("Detection", theirs.id)), await drawn(api, image)
    (error,) = await decide(api, box, other, deer)
    assert (error["path"][-1], error["conflictingDetection"]) == ("1", {"id": box})
    assert await decide(api, box, deer) == []
    for _ in range(2):
        (error,) = await decide(api, other, deer)
        assert (error["code"], error["conflictingDetection"]) == ("DEER_ALREADY_IN_IMAGE", {"id": box})
        assert await decide(api, box, deer, verdict="IS_NOT") == []
        assert await decide(api, other, deer) == []
        box, other = other, box


async def test_reviews_of_a_drawn_box_are_those_of_any_box(api: Api, image: models.Image) -> None:
    box = await drawn(api, image, sex="MALE")
    corrected = {"detectionId": box, "verdict": "CORRECTED", "sex": "FEMALE"}
    assert (await api.ask(REVIEW, input=corrected))["reviewDetection"]["detection"]["shown"][
        "sex"
    ] == "FEMALE"
    rejected = (await api.ask(REVIEW, input={"detectionId": box, "verdict": "REJECTED"}))["reviewDetection"]
    assert rejected["detection"]["shown"] is None
    assert box not in await listed(api)
    (newest, middle, first) = await models.Review.all().order_by("-id")
    undo = """mutation ($id: ID!) { undoReview(input: {reviewId: $id}) {
        detection { shown { sex } verdict } errors { code path message } } }"""
    for review, sex, verdict in ((newest, "FEMALE", "CORRECTED"), (middle, "MALE", "CONFIRMED")):
        undone = (await api.ask(undo, id=encode("Review", review.id)))["undoReview"]
        assert undone["detection"] == {"shown": {"sex": sex}, "verdict": verdict}
    (error,) = (await api.ask(undo, id=encode("Review", first.id)))["undoReview"]["errors"]
    assert error["code"] == "INVALID"
    assert "removeDetection" in error["message"]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ({"sex": "FEMALE", "species": "white-tailed deer"}, "doe"),
        ({"species": "Sus scrofa"}, "wild boar"),
        ({"label": "spike", "species": "Odocoileus virginianus"}, "spike"),
        ({}, ""),
    ],
)
async def test_a_drawn_box_is_called_what_the_person_says_also_after_a_rejection(
    api: Api, image: models.Image, said: dict[str, str], label: str
) -> None:
    box = await drawn(api, image, **said)
    await api.ask(REVIEW, input={"detectionId": box, "verdict": "REJECTED"})
    answer = await api.ask(REVIEW, input={"detectionId": box, "verdict": "CONFIRMED"})
    stands = answer["reviewDetection"]["detection"]["shown"]
    assert (stands["label"], stands["sex"]) == (label, said.get("sex", "UNKNOWN"))
    assert box in await listed(api, label=label)


async def test_a_removed_box_stays_away_whatever_is_taken_back(api: Api, image: models.Image) -> None:
    """The word on the whole image rejected it; when that is taken back, it is still removed."""
    box = await drawn(api, image)
    ids = {"imageIds": [encode("Image", image.id)]}
    mark = "mutation ($input: MarkImagesEmptyInput!) { markImagesEmpty(input: $input) { errors { code } } }"
    unmark = (
        "mutation ($input: UnmarkImagesEmptyInput!) { unmarkImagesEmpty(input: $input) { errors { code } } }"
    )
    assert (await api.ask(mark, input=ids | {"rejectDetections": True}))["markImagesEmpty"]["errors"] == []
    assert (await api.ask(REMOVE, id=box))["removeDetection"]["errors"] == []
    assert (await api.ask(unmark, input=ids))["unmarkImagesEmpty"]["errors"] == []
    assert box not in await listed(api)
    back = (await api.ask(RESTORE, id=box))["restoreDetection"]["detection"]
    assert (back["verdict"], back["counted"]) == ("CONFIRMED", True)
