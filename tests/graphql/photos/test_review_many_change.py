"""Many reviews in one request: all or none, an error for each item, and quick."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from thumper.domain.review import MOST_WORDS
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.postgres.connect import client

REVIEW = """mutation ($input: ReviewDetectionsInput!) { reviewDetections(input: $input) {
    reviews { verdict sex note detection { id } } detections { id verdict shown { sex } }
    errors { code message path } } }"""


@pytest.fixture
async def boxes(api: Api) -> list[models.Detection]:
    _, made = await make.make_boxed_image(await make.make_dump(), await make.make_detector(), boxes=4)
    return made


def item(box: models.Detection, verdict: str, **values: Any) -> dict[str, Any]:
    return {"detectionId": encode("Detection", box.id), "verdict": verdict} | values


async def review(api: Api, *items: dict[str, Any]) -> Any:
    return (await api.ask(REVIEW, input={"items": list(items)}))["reviewDetections"]


async def test_different_words_on_different_boxes_are_one_change(
    api: Api, boxes: list[models.Detection]
) -> None:
    done = await review(
        api,
        item(boxes[2], "REJECTED", note="a stump"),
        item(boxes[0], "CONFIRMED"),
        item(boxes[1], "CORRECTED", sex="FEMALE"),
    )
    assert done["errors"] == []
    assert [box["id"] for box in done["detections"]] == [encode("Detection", boxes[n].id) for n in (2, 0, 1)]
    assert [(box["verdict"], box["shown"]) for box in done["detections"]] == [
        ("REJECTED", None),
        ("CONFIRMED", {"sex": "MALE"}),
        ("CORRECTED", {"sex": "FEMALE"}),
    ]
    assert [own["note"] for own in done["reviews"]] == ["a stump", "", ""]
    assert [own["sex"] for own in done["reviews"]] == [None, None, "FEMALE"]
    assert len(await feed.read_after(0)) == 3


async def test_each_item_that_is_refused_is_named_and_none_is_written(
    api: Api, boxes: list[models.Detection]
) -> None:
    refused = await review(
        api,
        item(boxes[0], "CONFIRMED"),
        item(boxes[1], "CORRECTED"),
        item(boxes[0], "REJECTED"),
        item(boxes[2], "CORRECTED", species=" "),
    )
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [
        ("INVALID", ["input", "items", "1", "verdict"]),
        ("INVALID", ["input", "items", "2", "detectionId"]),
        ("INVALID", ["input", "items", "3", "species"]),
    ]
    unlisted = [item(boxes[0], "CONFIRMED"), item(boxes[2], "CORRECTED", species="unicorn")]
    (error,) = (await review(api, *unlisted))["errors"]
    assert (error["code"], error["path"]) == ("SPECIES_NOT_LISTED", ["input", "items", "1", "species"])
    await make.make_sighting(boxes[3], await make.make_deer())
    unknown = models.Detection(id=make.unknown_id())
    refused = await review(
        api, item(boxes[3], "REJECTED"), item(boxes[0], "CONFIRMED"), item(unknown, "CONFIRMED")
    )
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [
        ("DETECTION_ASSIGNED", ["input", "items", "0", "detectionId"]),
        ("NOT_FOUND", ["input", "items", "2", "detectionId"]),
    ]
    assert MOST_WORDS == 500
    for items in ([], [item(boxes[0], "CONFIRMED")] * (MOST_WORDS + 1)):
        (error,) = (await review(api, *items))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "items"])
    assert (refused["reviews"], refused["detections"]) == (None, None)
    assert not await models.Review.exists()
    assert await feed.read_after(0) == []


async def test_people_who_review_the_same_boxes_at_once_wait_for_each_other(
    api: Api, boxes: list[models.Detection]
) -> None:
    other = [item(box, "REJECTED") for box in reversed(boxes)]
    done = await asyncio.gather(
        *(review(api, *(item(box, "CONFIRMED") for box in boxes)) for _ in range(3)), review(api, *other)
    )
    assert all(own["errors"] == [] for own in done)
    assert await models.Review.all().count() == 16
    latest = await models.Review.all().order_by("-id").first()
    assert latest is not None
    assert {box.verdict for box in await models.Detection.all()} == {latest.verdict}


@pytest.mark.serial
async def test_five_hundred_boxes_are_reviewed_in_well_under_a_second(api: Api) -> None:
    dump, detector = await make.make_dump(), await make.make_detector()
    run = await make.make_run(await make.make_image(dump), detector)
    await client().execute_query(
        """
        INSERT INTO detection (id, run_id, ordinal, image_id, detector_id, label, confidence, x, y, width, height,
            shown, sex, life_stage)
        SELECT gen_random_uuid(), $1, n, $2, $3, 'buck', 0.9, 0, 0, 0.1, 0.1, TRUE, 'male', 'unknown'
        FROM generate_series(1, 500) AS n
        """,
        [run.id, run.image_id, detector.id],
    )
    items = [
        item(box, "CORRECTED", sex="FEMALE", species="mule deer") for box in await models.Detection.all()
    ]
    began_s = time.perf_counter()
    done = await review(api, *items)
    took_s = time.perf_counter() - began_s
    assert done["errors"] == []
    assert {box["shown"]["sex"] for box in done["detections"]} == {"FEMALE"}
    assert took_s < 1.5, "one request, not 500"
