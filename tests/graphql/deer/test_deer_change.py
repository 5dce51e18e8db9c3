from __future__ import annotations

import asyncio
from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.postgres.connect import client

CREATE = """mutation ($input: CreateDeerInput!) { createDeer(input: $input) {
  deer { id name sex status notes sightings { totalCount } } errors { __typename code path } } }"""
UPDATE = """mutation ($input: UpdateDeerInput!) { updateDeer(input: $input) {
  deer { name sex status notes } errors { __typename code path } } }"""
DELETE = """mutation ($input: DeleteDeerInput!) { deleteDeer(input: $input) {
  deletedId errors { code ... on DeerInUse { sightingCount } } } }"""
ASSIGN = """mutation ($input: AssignDetectionInput!) { assignDetection(input: $input) {
  sighting { actor { name } deer { name } detection { deer { name } } }
  errors { __typename code path ... on DeerAlreadyInImage { conflictingDeer { name } conflictingDetection { label } }
  ... on DetectionAssigned { deer { name } } } } }"""
UNASSIGN = """mutation ($input: UnassignDetectionInput!) { unassignDetection(input: $input) {
  deer { name sightings { totalCount } } errors { __typename code } } }"""


async def _feed() -> list[str]:
    rows = await client().execute_query_dict("SELECT kind FROM feed ORDER BY seq")
    return [row["kind"] for row in rows]


async def test_a_deer_is_made_changed_and_deleted(api: Api) -> None:
    made = (await api.ask(CREATE, input={"name": "Ajax", "sex": "MALE"}))["createDeer"]
    word = made["deer"].pop("id")
    assert made["deer"] == {
        "name": "Ajax",
        "sex": "MALE",
        "status": "ALIVE",
        "notes": "",
        "sightings": {"totalCount": 0},
    }
    taken = (await api.ask(CREATE, input={"name": "AJAX"}))["createDeer"]
    assert taken["errors"] == [{"__typename": "NameTaken", "code": "NAME_TAKEN", "path": ["input", "name"]}]

    async def update(**values: Any) -> Any:
        return (await api.ask(UPDATE, input={"deerId": word} | values))["updateDeer"]

    changed = await update(status="HARVESTED", notes="opening day")
    assert changed["deer"] == {"name": "Ajax", "sex": "MALE", "status": "HARVESTED", "notes": "opening day"}
    assert (await update(sex=None))["errors"][0]["path"] == ["input", "sex"]
    assert (await update(name=""))["errors"][0]["code"] == "INVALID"
    await make.make_deer("Bess")
    assert (await update(name="bess"))["errors"][0]["code"] == "NAME_TAKEN"
    assert (await api.ask(DELETE, input={"deerId": word}))["deleteDeer"]["deletedId"] == word
    assert (await api.ask(DELETE, input={"deerId": word}))["deleteDeer"]["errors"] == [{"code": "NOT_FOUND"}]
    assert (await update(notes="gone"))["errors"][0]["code"] == "NOT_FOUND"


async def test_a_detection_is_assigned_taken_back_and_assigned_to_another(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    _, (box,) = await make.make_boxed_image(dump, detector)
    ajax, bess = await make.make_deer("Ajax"), await make.make_deer("Bess")
    detection = encode("Detection", box.id)

    async def assign(deer: models.Deer) -> Any:
        chosen = {"detectionId": detection, "deerId": encode("Deer", deer.id)}
        return (await api.ask(ASSIGN, input=chosen))["assignDetection"]

    assert (await assign(ajax))["sighting"] == {
        "actor": {"name": "owner"},
        "deer": {"name": "Ajax"},
        "detection": {"deer": {"name": "Ajax"}},
    }
    assert (await assign(ajax))["errors"] == []
    (error,) = (await assign(bess))["errors"]
    assert (error["__typename"], error["deer"]) == ("DetectionAssigned", {"name": "Ajax"})
    refused = (await api.ask(DELETE, input={"deerId": encode("Deer", ajax.id)}))["deleteDeer"]
    assert refused["errors"] == [{"code": "DEER_IN_USE", "sightingCount": 1}]
    taken_back = (await api.ask(UNASSIGN, input={"detectionId": detection}))["unassignDetection"]
    assert taken_back["deer"] == {"name": "Ajax", "sightings": {"totalCount": 0}}
    again = (await api.ask(UNASSIGN, input={"detectionId": detection}))["unassignDetection"]
    assert again["errors"] == [{"__typename": "DetectionNotAssigned", "code": "DETECTION_NOT_ASSIGNED"}]
    assert (await assign(bess))["errors"] == []
    # Saying the same again and being refused left no trace.
    assert await _feed() == ["deer_seen", "deer_unseen", "deer_seen"]


async def test_two_boxes_of_one_image_are_never_one_deer_even_when_asked_at_once(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    _, boxes = await make.make_boxed_image(dump, detector, boxes=6)
    deer = await make.make_deer("Ajax")
    inputs = [
        {"detectionId": encode("Detection", box.id), "deerId": encode("Deer", deer.id)} for box in boxes
    ]
    answers = await asyncio.gather(*(api.ask(ASSIGN, input=chosen) for chosen in inputs))
    errors = [error for answer in answers for error in answer["assignDetection"]["errors"]]
    assert len(errors) == 5
    assert {error["code"] for error in errors} == {"DEER_ALREADY_IN_IMAGE"}
    assert errors[0]["conflictingDeer"] == {"name": "Ajax"}
    assert errors[0]["conflictingDetection"] == {"label": "buck"}
    assert await models.Sighting.all().count() == 1


async def test_what_does_not_exist_or_was_rejected_is_not_assigned(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    _, (box,) = await make.make_boxed_image(dump, detector)
    deer = await make.make_deer()

    async def refused(detection_id: Any, deer_id: Any) -> Any:
        chosen = {"detectionId": encode("Detection", detection_id), "deerId": encode("Deer", deer_id)}
        (error,) = (await api.ask(ASSIGN, input=chosen))["assignDetection"]["errors"]
        return error["code"], error["path"][1]

    assert await refused(make.unknown_id(), deer.id) == ("NOT_FOUND", "detectionId")
    assert await refused(box.id, make.unknown_id()) == ("NOT_FOUND", "deerId")
    await models.Detection.filter(id=box.id).update(verdict="rejected")
    assert await refused(box.id, deer.id) == ("DETECTION_REJECTED", "detectionId")
    unknown = {"detectionId": encode("Detection", make.unknown_id())}
    answer = (await api.ask(UNASSIGN, input=unknown))["unassignDetection"]
    assert answer["errors"][0]["code"] == "NOT_FOUND"
    assert await _feed() == []
