"""Decisions about who is who: appended, all or none, and sightings follow from those that stand."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests.api import Api
from thumper.domain.identity import MOST_BOXES, IdentityVerdict
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.postgres.connect import client

DECIDE: Final = """mutation ($input: DecideIdentityInput!) { decideIdentity(input: $input) {
  deer { name sightings { totalCount } }
  decisions { id verdict note standing actor { name } deer { name } detection { id deer { name } } }
  errors { __typename code path message ... on DetectionAssigned { deer { name } }
    ... on DeerAlreadyInImage { conflictingDeer { name } conflictingDetection { id } } } } }"""


class Ranch:
    """Boxes and deer, and a person who decides."""

    def __init__(self, api: Api, boxes: list[models.Detection], deer: dict[str, models.Deer]) -> None:
        self._api = api
        self.boxes = boxes
        self.deer = deer

    async def decide(self, deer: str, verdict: str, *boxes: int, note: str = "") -> Any:
        words = [encode("Detection", self.boxes[number].id) for number in boxes]
        chosen = {"detectionIds": words, "deerId": encode("Deer", self.deer[deer].id), "verdict": verdict}
        return (await self._api.ask(DECIDE, input=chosen | {"note": note}))["decideIdentity"]

    async def seen(self) -> dict[int, str]:
        """Return which boxes are which deer, by their numbers."""
        names = {row.id: name for name, row in self.deer.items()}
        numbers = {box.id: number for number, box in enumerate(self.boxes)}
        return {numbers[row.detection_id]: names[row.deer_id] for row in await models.Sighting.all()}


@pytest.fixture
async def ranch(api: Api) -> Ranch:
    """Three images with two boxes each, numbered 0 and 1, 2 and 3, 4 and 5."""
    detector, dump = await make.make_detector(), await make.make_dump()
    boxes = []
    for _ in range(3):
        boxes += (await make.make_boxed_image(dump, detector, boxes=2))[1]
    return Ranch(api, boxes, {name: await make.make_deer(name) for name in ("Ajax", "Bess")})


async def _feed() -> list[str]:
    rows = await client().execute_query_dict("SELECT kind FROM feed ORDER BY seq")
    return [row["kind"] for row in rows]


async def test_a_box_is_decided_on_taken_back_and_found_to_be_another_deer(ranch: Ranch) -> None:
    made = await ranch.decide("Ajax", "IS", 0, note="left ear torn")
    (decision,) = made["decisions"]
    assert decision | {"id": "", "detection": ""} == {
        "id": "",
        "verdict": "IS",
        "note": "left ear torn",
        "standing": True,
        "actor": {"name": "owner"},
        "deer": {"name": "Ajax"},
        "detection": "",
    }
    assert (made["deer"], decision["detection"]["deer"]) == (
        {"name": "Ajax", "sightings": {"totalCount": 1}},
        {"name": "Ajax"},
    )
    assert (await ranch.decide("Ajax", "IS", 0))["decisions"] == made["decisions"], "said again"
    (error,) = (await ranch.decide("Bess", "IS", 0))["errors"]
    assert (error["code"], error["deer"]) == ("DETECTION_ASSIGNED", {"name": "Ajax"})
    assert error["path"] == ["input", "detectionIds", "0"]
    back = await ranch.decide("Ajax", "IS_NOT", 0)
    assert (back["deer"]["sightings"], back["decisions"][0]["detection"]["deer"]) == ({"totalCount": 0}, None)
    assert (await ranch.decide("Bess", "IS", 0))["errors"] == []
    assert await ranch.seen() == {0: "Bess"}
    # Saying the same again and being refused left no trace.
    assert await _feed() == ["deer_seen", "deer_unseen", "deer_seen"]


async def test_what_a_box_is_not_is_kept_and_listed(api: Api, ranch: Ranch) -> None:
    for deer, verdict, note in (
        ("Ajax", "IS_NOT", "no torn ear"),
        ("Bess", "UNSURE", ""),
        ("Bess", "IS", ""),
        ("Bess", "UNSURE", "the antlers differ"),
    ):
        assert (await ranch.decide(deer, verdict, 0, note=note))["errors"] == []
    query = """query ($box: ID!, $deer: ID!) {
      detection(id: $box) { deer { name } identityDecisions { verdict note standing deer { name } } }
      deer(id: $deer) { sightings { totalCount } identityDecisions { totalCount nodes { verdict standing } } } }"""
    box, bess = encode("Detection", ranch.boxes[0].id), encode("Deer", ranch.deer["Bess"].id)
    found = await api.ask(query, box=box, deer=bess)
    assert found["detection"]["deer"] is None
    told = [
        (own["deer"]["name"], own["verdict"], own["standing"])
        for own in found["detection"]["identityDecisions"]
    ]
    assert told == [
        ("Bess", "UNSURE", True),
        ("Bess", "IS", False),
        ("Bess", "UNSURE", False),
        ("Ajax", "IS_NOT", True),
    ]
    assert found["deer"] == {
        "sightings": {"totalCount": 0},
        "identityDecisions": {
            "totalCount": 3,
            "nodes": [{"verdict": word, "standing": own} for _, word, own in told[:3]],
        },
    }
    assert await _feed() == ["identity_decided", "identity_decided", "deer_seen", "deer_unseen"]


async def test_a_burst_is_decided_on_as_a_whole_or_not_at_all(ranch: Ranch) -> None:
    made = await ranch.decide("Ajax", "IS", 0, 2, 4)
    assert [own["detection"]["id"] for own in made["decisions"]] == [
        encode("Detection", ranch.boxes[number].id) for number in (0, 2, 4)
    ]
    assert made["deer"]["sightings"] == {"totalCount": 3}
    await models.Detection.filter(id=ranch.boxes[5].id).update(verdict="rejected")
    refused = await ranch.decide("Bess", "IS", 1, 2, 3, 5)
    assert (refused["decisions"], refused["deer"]) == (None, None)
    assert [(own["code"], own["path"]) for own in refused["errors"]] == [
        ("DETECTION_ASSIGNED", ["input", "detectionIds", "1"]),
        ("DETECTION_REJECTED", ["input", "detectionIds", "3"]),
    ]
    assert await ranch.seen() == {0: "Ajax", 2: "Ajax", 4: "Ajax"}
    assert await models.IdentityDecision.all().count() == 3
    assert (await ranch.decide("Ajax", "UNSURE", 0, 2, 4))["errors"] == []
    assert await ranch.seen() == {}


async def test_two_boxes_of_one_image_are_never_one_deer(ranch: Ranch) -> None:
    first, second = (encode("Detection", ranch.boxes[number].id) for number in (0, 1))
    for asked in ((0, 1), (0, 2, 1)):
        (error,) = (await ranch.decide("Ajax", "IS", *asked))["errors"]
        assert (error["code"], error["path"][2]) == ("DEER_ALREADY_IN_IMAGE", str(asked.index(1)))
        assert (error["conflictingDeer"], error["conflictingDetection"]) == ({"name": "Ajax"}, {"id": first})
    await ranch.decide("Ajax", "IS", 1)
    (error,) = (await ranch.decide("Ajax", "IS", 0))["errors"]
    assert error["conflictingDetection"] == {"id": second}
    assert await ranch.seen() == {1: "Ajax"}
    # What is not that deer can be said of both.
    assert (await ranch.decide("Bess", "IS_NOT", 0, 1))["errors"] == []


async def test_of_people_who_decide_at_once_one_is_right(ranch: Ranch) -> None:
    answers = await asyncio.gather(
        *(ranch.decide("Ajax", "IS", number, 4) for number in (0, 1)),
        *(ranch.decide("Bess", "IS", number, 5) for number in (0, 1)),
        *(ranch.decide(name, "IS", 3, 2) for name in ("Ajax", "Bess")),
    )
    codes = Counter(error["code"] for answer in answers for error in answer["errors"])
    assert set(codes) <= {"DEER_ALREADY_IN_IMAGE", "DETECTION_ASSIGNED"}
    assert sorted((await ranch.seen()).items()) in (
        [(number, name) for number, name in seen] for seen in _LEGAL
    )


_LEGAL: Final = tuple(
    sorted([(ajax, "Ajax"), (4, "Ajax"), (bess, "Bess"), (5, "Bess")]) for ajax, bess in ((0, 1), (1, 0))
)


async def test_what_does_not_exist_or_is_named_wrongly_is_refused(api: Api, ranch: Ranch) -> None:
    async def refused(boxes: list[Any], deer: Any) -> list[tuple[str, list[str]]]:
        chosen = {
            "detectionIds": [encode("Detection", own) for own in boxes],
            "deerId": encode("Deer", deer),
            "verdict": "UNSURE",
        }
        errors = (await api.ask(DECIDE, input=chosen))["decideIdentity"]["errors"]
        return [(error["code"], error["path"][1:]) for error in errors]

    box, deer = ranch.boxes[0].id, ranch.deer["Ajax"].id
    assert await refused([box], make.unknown_id()) == [("NOT_FOUND", ["deerId"])]
    assert await refused([box, make.unknown_id(), make.unknown_id()], deer) == [
        ("NOT_FOUND", ["detectionIds", "1"]),
        ("NOT_FOUND", ["detectionIds", "2"]),
    ]
    assert await refused([], deer) == [("INVALID", ["detectionIds"])]
    assert await refused([make.unknown_id() for _ in range(MOST_BOXES + 1)], deer) == [
        ("INVALID", ["detectionIds"])
    ]
    assert await refused([box, ranch.boxes[2].id, box], deer) == [("INVALID", ["detectionIds", "2"])]
    await models.Detection.filter(id=box).update(verdict="rejected")
    (error,) = (await ranch.decide("Ajax", "IS", 0))["errors"]
    assert error["code"] == "DETECTION_REJECTED"
    assert (await ranch.decide("Ajax", "IS_NOT", 0))["errors"] == []
    assert await _feed() == ["identity_decided"]


async def test_the_order_of_decisions_survives_a_clock_that_is_set_back(ranch: Ranch) -> None:
    await ranch.decide("Ajax", "IS", 0)
    await client().execute_query("UPDATE identity_decision SET created_at = now() + interval '1 year'")
    assert (await ranch.decide("Ajax", "IS_NOT", 0))["decisions"][0]["standing"] is True
    assert await ranch.seen() == {}
    assert (await ranch.decide("Ajax", "IS", 0))["decisions"][0]["standing"] is True
    assert await ranch.seen() == {0: "Ajax"}


WORDS: Final = st.lists(
    st.tuples(
        st.sampled_from(["Ajax", "Bess"]),
        st.sampled_from([word.name for word in IdentityVerdict]),
        st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
    ),
    max_size=8,
)


@given(words=WORDS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_sightings_are_what_follows_from_the_decisions_that_stand(
    ranch: Ranch, words: list[Any]
) -> None:
    """Whatever is decided: of each box and deer the latest counts, and no photo holds a deer twice."""
    await models.Sighting.all().delete()
    await models.IdentityDecision.all().delete()
    standing: dict[tuple[int, str], str] = {}
    for deer, verdict, boxes in words:
        answer = await ranch.decide(deer, verdict, *boxes)
        if not answer["errors"]:
            standing |= {(box, deer): verdict for box in boxes}
    expected = {box: deer for (box, deer), verdict in standing.items() if verdict == "IS"}
    assert await ranch.seen() == expected
    photos = Counter((box // 2, deer) for box, deer in expected.items())
    assert set(photos.values()) <= {1}
    stored = await models.IdentityDecision.all().order_by("created_at")
    latest = {(row.detection_id, row.deer_id): row.verdict for row in stored}
    assert Counter(latest.values()) == Counter(IdentityVerdict[word] for word in standing.values())
