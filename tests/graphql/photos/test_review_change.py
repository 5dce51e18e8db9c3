from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.postgres.connect import client

REVIEW = """mutation ($input: ReviewDetectionInput!) { reviewDetection(input: $input) {
  review { verdict species { scientificName } sex lifeStage note actor { name } }
  detection { verdict counted shown { label species { scientificName } sex lifeStage } predicted { label sex }
    reviews { verdict note } }
  errors { __typename code path ... on DetectionAssigned { deer { name } }
    ... on SpeciesNotListed { message didYouMean { scientificName } } } } }"""


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
        "verdict": "CORRECTED",
        "counted": True,
        "shown": {
            "label": "fawn",
            "species": {"scientificName": "Odocoileus virginianus"},
            "sex": "FEMALE",
            "lifeStage": "JUVENILE",
        },
        "predicted": {"label": "buck", "sex": "MALE"},
        "reviews": None,
    }
    assert (await _review(api, box, "CONFIRMED"))["detection"]["shown"]["sex"] == "FEMALE"
    rejected = (await _review(api, box, "REJECTED"))["detection"]
    assert (rejected["verdict"], rejected["shown"], rejected["counted"]) == ("REJECTED", None, False)
    assert rejected["predicted"] == {"label": "buck", "sex": "MALE"}
    history = [review["verdict"] for review in rejected["reviews"]]
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


async def test_a_correction_takes_a_species_of_the_list_by_either_name(
    api: Api, box: models.Detection
) -> None:
    for name in ("cervus canadensis", "Elk"):
        corrected = (await _review(api, box, "CORRECTED", species=name, sex="MALE"))["detection"]["shown"]
        assert (corrected["label"], corrected["species"]) == ("elk", {"scientificName": "Cervus canadensis"})
    (error,) = (await _review(api, box, "CORRECTED", species="Odocoileus virginanus"))["errors"]
    assert (error["__typename"], error["code"]) == ("SpeciesNotListed", "SPECIES_NOT_LISTED")
    assert (error["path"], error["didYouMean"][0]) == (
        ["input", "species"],
        {"scientificName": "Odocoileus virginianus"},
    )
    assert "Did you mean Odocoileus virginianus (white-tailed deer)?" in error["message"]
    await models.Species.create(scientific_name="Alces americanus", common_name="elk", origin="person")
    (error,) = (await _review(api, box, "CORRECTED", species="elk"))["errors"]
    assert {one["scientificName"] for one in error["didYouMean"]} == {"Alces americanus", "Cervus canadensis"}
    assert await models.Review.all().count() == 2


async def test_a_box_that_a_person_looked_at_counts_however_faint(api: Api) -> None:
    run = await make.make_run(await make.make_image(await make.make_dump()), await make.make_detector())
    faint = await make.make_detection(run, shown=False, confidence=0.1)
    query = "{ images { nodes { detections { verdict } } } detections { totalCount } }"

    async def counted() -> int:
        found = await api.ask(query)
        assert len(found["images"]["nodes"][0]["detections"]) == found["detections"]["totalCount"]
        total: int = found["detections"]["totalCount"]
        return total

    for verdict, values, expected in (
        ("CONFIRMED", {}, 1),
        ("REJECTED", {}, 0),
        ("CORRECTED", {"sex": "FEMALE"}, 1),
    ):
        answer = await _review(api, faint, verdict, **values)
        assert (await counted(), answer["detection"]["counted"]) == (expected, bool(expected))


async def test_a_deers_box_is_not_rejected_behind_its_back(api: Api, box: models.Detection) -> None:
    await make.make_sighting(box, await make.make_deer("Ajax"))
    (error,) = (await _review(api, box, "REJECTED"))["errors"]
    assert (error["__typename"], error["deer"]) == ("DetectionAssigned", {"name": "Ajax"})
    assert not await models.Review.exists()


async def test_a_review_of_nothing_is_refused(api: Api) -> None:
    unknown = {"detectionId": encode("Detection", make.unknown_id()), "verdict": "CONFIRMED"}
    (error,) = (await api.ask(REVIEW, input=unknown))["reviewDetection"]["errors"]
    assert error["code"] == "NOT_FOUND"
