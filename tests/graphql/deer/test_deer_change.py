from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.domain.identity import IdentityVerdict
from thumper.graphql.relay.identity import encode
from thumper.store import models

CREATE = """mutation ($input: CreateDeerInput!) { createDeer(input: $input) {
  deer { id name sex status notes sightings { totalCount } } errors { __typename code path } } }"""
UPDATE = """mutation ($input: UpdateDeerInput!) { updateDeer(input: $input) {
  deer { name sex status notes } errors { __typename code path } } }"""
DELETE = """mutation ($input: DeleteDeerInput!) { deleteDeer(input: $input) {
  deletedId errors { code ... on DeerInUse { sightingCount } } } }"""


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


async def test_a_deer_with_a_sighting_stays_and_one_without_goes_with_what_was_decided(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    _, (box,) = await make.make_boxed_image(dump, detector)
    deer = await make.make_deer("Ajax")
    word = encode("Deer", deer.id)
    await make.decide(box, deer)
    refused = (await api.ask(DELETE, input={"deerId": word}))["deleteDeer"]
    assert refused["errors"] == [{"code": "DEER_IN_USE", "sightingCount": 1}]
    await make.decide(box, deer, IdentityVerdict.IS_NOT)
    assert (await api.ask(DELETE, input={"deerId": word}))["deleteDeer"]["deletedId"] == word
    assert not await models.IdentityDecision.exists()
