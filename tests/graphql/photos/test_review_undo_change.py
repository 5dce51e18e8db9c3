"""A review that is taken back stays in the list, and the word before it stands again."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from thumper.domain.identity import IdentityVerdict
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.feed import feed

REVIEW = "mutation ($input: ReviewDetectionInput!) { reviewDetection(input: $input) { review { id } errors { code } } }"
PAYLOAD = """review { id verdict sex note actor { name } undoneAt undoneBy { name } }
    detection { shown { sex } counted verdict reviews { verdict undoneAt } }
    errors { __typename code path ... on ReviewedSince { laterReview { id } }
        ... on DetectionAssigned { deer { name } } }"""
UNDO = f"mutation ($id: ID!) {{ undoReview(input: {{reviewId: $id}}) {{ {PAYLOAD} }} }}"
REDO = f"mutation ($id: ID!) {{ redoReview(input: {{reviewId: $id}}) {{ {PAYLOAD} }} }}"


@pytest.fixture
async def box(api: Api) -> models.Detection:
    _, (made,) = await make.make_boxed_image(await make.make_dump(), await make.make_detector())
    return made


async def say(api: Api, box: models.Detection, verdict: str, **values: Any) -> str:
    chosen = {"detectionId": encode("Detection", box.id), "verdict": verdict} | values
    review: str = (await api.ask(REVIEW, input=chosen))["reviewDetection"]["review"]["id"]
    return review


async def undo(api: Api, review: str) -> Any:
    return (await api.ask(UNDO, id=review))["undoReview"]


async def redo(api: Api, review: str) -> Any:
    return (await api.ask(REDO, id=review))["redoReview"]


def stands(payload: Any) -> tuple[str | None, str | None]:
    assert payload["errors"] == []
    box = payload["detection"]
    return box["verdict"], None if box["shown"] is None else box["shown"]["sex"]


async def test_each_word_is_taken_back_in_turn_and_said_again(api: Api, box: models.Detection) -> None:
    first = await say(api, box, "CORRECTED", sex="FEMALE", note="no antlers")
    second = await say(api, box, "REJECTED")
    third = await say(api, box, "CONFIRMED")
    assert stands(await undo(api, third)) == ("REJECTED", None)
    undone = await undo(api, second)
    assert stands(undone) == ("CORRECTED", "FEMALE")
    assert undone["review"]["undoneBy"] == {"name": "owner"}
    assert [review["undoneAt"] is None for review in undone["detection"]["reviews"]] == [False, False, True]
    assert stands(await undo(api, first)) == (None, "MALE")
    again = await redo(api, first)
    assert stands(again) == ("CORRECTED", "FEMALE")
    assert again["review"]["id"] != first
    assert (again["review"]["note"], again["review"]["undoneAt"]) == ("no antlers", None)
    assert len(again["detection"]["reviews"]) == 4
    assert stands(await undo(api, again["review"]["id"])) == (None, "MALE")
    assert [event.kind.name for event in await feed.read_after(0)] == ["DETECTION_REVIEWED"] * 8


async def test_only_the_word_that_stands_is_taken_back_and_once(api: Api, box: models.Detection) -> None:
    first, second = await say(api, box, "CONFIRMED"), await say(api, box, "CORRECTED", sex="FEMALE")
    (error,) = (await undo(api, first))["errors"]
    assert (error["__typename"], error["laterReview"]) == ("ReviewedSince", {"id": second})
    assert error["path"] == ["input", "reviewId"]
    await undo(api, second)
    (error,) = (await undo(api, second))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "reviewId"])
    (error,) = (await redo(api, first))["errors"]
    assert error["code"] == "INVALID"
    for change in (undo, redo):
        (error,) = (await change(api, encode("Review", make.unknown_id())))["errors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "reviewId"])


async def test_a_known_deer_keeps_its_box(api: Api, box: models.Detection) -> None:
    """Taking a review back leaves the sighting, and is refused where a rejection would stand again."""
    rejected = await say(api, box, "REJECTED")
    confirmed = await say(api, box, "CONFIRMED")
    await make.make_sighting(box, await make.make_deer("Ajax"))
    (error,) = (await undo(api, confirmed))["errors"]
    assert (error["code"], error["deer"]) == ("DETECTION_ASSIGNED", {"name": "Ajax"})
    corrected = await say(api, box, "CORRECTED", lifeStage="SUBADULT")
    assert stands(await undo(api, corrected)) == ("CONFIRMED", "MALE")
    assert await models.Sighting.all().count() == 1
    await make.decide(box, await models.Deer.get(name="Ajax"), IdentityVerdict.IS_NOT)
    await undo(api, confirmed)
    assert stands(await undo(api, rejected)) == (None, "MALE")
    await make.make_sighting(box, await make.make_deer())
    (error,) = (await redo(api, rejected))["errors"]
    assert error["code"] == "DETECTION_ASSIGNED"
