from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.postgres.connect import client

REVIEW = """mutation ($input: ReviewDetectionInput!) { reviewDetection(input: $input) {
  review { verdict species sex lifeStage note actor { name } }
  detection { label species sex lifeStage verdict reviews { verdict note } }
  errors { __typename code path ... on DetectionAssigned { deer { name } } } } }"""


@pytest.fixture
async def box(api: Api) -> models.Detection:
    _, (made,) = await make.make_boxed_image(await make.make_dump(), await make.make_detector())
    return made


async def _review(api: Api, box: models.Detection, verdict: str, **values: Any) -> Any:
    chosen = {"detectionId": encode("Detection", box.id), "verdict": verdict} | values
    return (await api.ask(REVIEW, input=chosen))["reviewDetection"]


async def test_reviews_are_appended_and_the_latest_stands(api: Api, box: models.Detection) -> None:
    confirmed = await _review(api, box, "CONFIRMED", note="sure")
    assert confirmed["detection"]["verdict"] == "CONFIRMED"
    assert confirmed["review"]["actor"] == {"name": "owner"}
    corrected = await _review(api, box, "CORRECTED", sex="FEMALE", lifeStage="JUVENILE")
    assert corrected["review"]["sex"] == "FEMALE"
    assert corrected["detection"] | {"reviews": None} == {
        "label": "buck",
        "species": "Odocoileus virginianus",
        "sex": "FEMALE",
        "lifeStage": "JUVENILE",
        "verdict": "CORRECTED",
        "reviews": None,
    }
    assert (await _review(api, box, "CONFIRMED"))["detection"]["sex"] == "FEMALE"
    rejected = await _review(api, box, "REJECTED")
    assert (rejected["detection"]["verdict"], rejected["detection"]["sex"]) == ("REJECTED", "MALE")
    history = [review["verdict"] for review in rejected["detection"]["reviews"]]
    assert history == ["REJECTED", "CONFIRMED", "CORRECTED", "CONFIRMED"]
    events = await client().execute_query_dict("SELECT kind, detection_id, image_id FROM feed ORDER BY seq")
    assert [event["kind"] for event in events] == ["detection_reviewed"] * 4
    assert {event["detection_id"] for event in events} == {box.id}


async def test_a_correction_says_what_is_right_and_nothing_else_does(api: Api, box: models.Detection) -> None:
    for verdict, values in (
        ("CORRECTED", {}),
        ("CONFIRMED", {"sex": "MALE"}),
        ("REJECTED", {"species": "x"}),
    ):
        (error,) = (await _review(api, box, verdict, **values))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "verdict"])
    (error,) = (await _review(api, box, "CORRECTED", species=" "))["errors"]
    assert error["path"] == ["input", "species"]
    assert not await models.Review.exists()


async def test_a_deers_box_is_not_rejected_behind_its_back(api: Api, box: models.Detection) -> None:
    await make.make_sighting(box, await make.make_deer("Ajax"))
    (error,) = (await _review(api, box, "REJECTED"))["errors"]
    assert (error["__typename"], error["deer"]) == ("DetectionAssigned", {"name": "Ajax"})
    assert not await models.Review.exists()


async def test_a_review_of_nothing_is_refused(api: Api) -> None:
    unknown = {"detectionId": encode("Detection", make.unknown_id()), "verdict": "CONFIRMED"}
    (error,) = (await api.ask(REVIEW, input=unknown))["reviewDetection"]["errors"]
    assert error["code"] == "NOT_FOUND"
