"""A word that was said without the network is not said over that of another person, whom its own had not seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.people import Asker, make_asker
from thumper.graphql.relay.identity import encode
from thumper.store import models

REVIEW = """mutation ($input: ReviewDetectionInput!) { answer: reviewDetection(input: $input) {
    review { id } errors { code message path ... on ReviewedSince { laterReview { id verdict actor { name } } } } } }"""
MANY = """mutation ($input: ReviewDetectionsInput!) { answer: reviewDetections(input: $input) {
    reviews { id } errors { code path ... on ReviewedSince { laterReview { actor { name } } } } } }"""
UNDO = "mutation ($input: UndoReviewInput!) { answer: undoReview(input: $input) { review { id } errors { code } } }"


async def say(api: Api, asker: Asker, query: str, **values: Any) -> Any:
    body = {"query": query, "variables": {"input": values}}
    return (await api.anonymous.post("/graphql", json=body, headers=asker.headers)).json()["data"]["answer"]


@pytest.fixture
async def boxes(api: Api) -> list[str]:
    _, made = await make.make_boxed_image(await make.make_dump(), await make.make_detector(), boxes=3)
    return [encode("Detection", box.id) for box in made]


async def test_what_another_person_said_meanwhile_is_shown_and_not_replaced(
    api: Api, boxes: list[str]
) -> None:
    ann, bob = await make_asker("Ann"), await make_asker("Bob")
    doe = {"detectionId": boxes[0], "verdict": "CORRECTED", "sex": "FEMALE"}
    his = (await say(api, bob, REVIEW, **doe, seenReviewId=None))["review"]["id"]
    hers = {"detectionId": boxes[0], "verdict": "CONFIRMED"}
    refused = await say(api, ann, REVIEW, **hers, seenReviewId=None)
    assert refused["review"] is None
    (error,) = refused["errors"]
    assert (error["code"], error["path"]) == ("REVIEWED_SINCE", ["input", "detectionId"])
    assert error["laterReview"] == {"id": his, "verdict": "CORRECTED", "actor": {"name": "Bob"}}
    assert "Bob" in error["message"]
    assert await models.Review.all().count() == 1
    assert (await say(api, ann, REVIEW, **hers, seenReviewId=his))["errors"] == []


async def test_left_out_a_word_is_said_over_whatever_stands(api: Api, boxes: list[str]) -> None:
    ann, bob = await make_asker("Ann"), await make_asker("Bob")
    for asker in (ann, bob):
        assert (await say(api, asker, REVIEW, detectionId=boxes[0], verdict="CONFIRMED"))["errors"] == []


async def test_ones_own_words_follow_each_other_unseen(api: Api, boxes: list[str]) -> None:
    """As from a queue that was filled without the network."""
    ann = await make_asker("Ann")
    for verdict in ("CONFIRMED", "REJECTED"):
        answer = await say(api, ann, REVIEW, detectionId=boxes[0], verdict=verdict, seenReviewId=None)
        assert answer["errors"] == []


async def test_what_was_taken_back_since_is_in_nobodys_way(api: Api, boxes: list[str]) -> None:
    ann, bob = await make_asker("Ann"), await make_asker("Bob")
    his = (await say(api, bob, REVIEW, detectionId=boxes[0], verdict="CONFIRMED"))["review"]["id"]
    assert (await say(api, bob, UNDO, reviewId=his))["errors"] == []
    for seen in (None, his):
        answer = await say(api, ann, REVIEW, detectionId=boxes[0], verdict="REJECTED", seenReviewId=seen)
        assert answer["errors"] == []


async def test_of_many_words_none_is_said_when_one_was_overtaken(api: Api, boxes: list[str]) -> None:
    ann, bob = await make_asker("Ann"), await make_asker("Bob")
    await say(api, bob, REVIEW, detectionId=boxes[1], verdict="REJECTED")
    items = [{"detectionId": box, "verdict": "CONFIRMED", "seenReviewId": None} for box in boxes]
    refused = await say(api, ann, MANY, items=items)
    (error,) = refused["errors"]
    assert (error["code"], error["path"]) == ("REVIEWED_SINCE", ["input", "items", "1", "detectionId"])
    assert error["laterReview"] == {"actor": {"name": "Bob"}}
    assert await models.Review.all().count() == 1
    del items[1]
    assert len((await say(api, ann, MANY, items=items))["reviews"]) == 2


async def test_what_was_seen_is_a_review(api: Api, boxes: list[str]) -> None:
    wrong = {"detectionId": boxes[0], "verdict": "CONFIRMED", "seenReviewId": boxes[0]}
    assert await api.refused(REVIEW, input=wrong) == "BAD_ID"
    assert await api.refused(MANY, input={"items": [wrong]}) == "BAD_ID"
