"""Each person has an instant until which they have seen what is new; it only grows, and what came later is not lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.people import Asker, make_asker
from thumper.domain.access import Role, Scope
from thumper.domain.refusal import NoRecordError
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.access import looks, people

LOOKED = "{ viewer { lastLookedAt asOf } }"
RECORD = """mutation ($input: RecordLookInput!) { recordLook(input: $input) {
    lastLookedAt errors { code message path } } }"""
NEW = "query ($since: DateTime) { images(where: {arrivedAfter: $since}) { nodes { id } } }"


async def ask(api: Api, asker: Asker, query: str, **variables: Any) -> Any:
    body = {"query": query, "variables": variables}
    return (await api.anonymous.post("/graphql", json=body, headers=asker.headers)).json()


async def looked(api: Api, asker: Asker) -> str | None:
    told: str | None = (await ask(api, asker, LOOKED))["data"]["viewer"]["lastLookedAt"]
    return told


async def record(api: Api, asker: Asker, moment: str) -> Any:
    return (await ask(api, asker, RECORD, input={"lookedAt": moment}))["data"]["recordLook"]


async def test_the_mark_of_each_person_only_grows(api: Api) -> None:
    ann, bob = await make_asker("Ann"), await make_asker("Bob", Role.OWNER)
    assert await looked(api, ann) is None
    first, later = "2026-11-01T12:00:00+00:00", "2026-11-02T12:00:00+00:00"
    assert await record(api, ann, first) == {"lastLookedAt": first, "errors": []}
    assert (await record(api, ann, later))["lastLookedAt"] == later
    assert (await record(api, ann, first))["lastLookedAt"] == later
    assert await looked(api, ann) == later
    assert await looked(api, await ann.with_fewer(Scope.READ)) == later
    assert await looked(api, bob) is None


async def test_what_arrived_since_is_new_and_what_arrives_beside_the_answer_is_not_lost(api: Api) -> None:
    ann, dump = await make_asker("Ann"), await make.make_dump()
    now = dt.datetime.now(dt.UTC)
    old = await make.make_image(dump, created_at=now - dt.timedelta(hours=1))
    as_of = (await ask(api, ann, LOOKED))["data"]["viewer"]["asOf"]
    assert now - dt.timedelta(minutes=2) < dt.datetime.fromisoformat(as_of) < now
    counts = (await record(api, ann, as_of))["lastLookedAt"]
    # Recorded by a transaction that had begun before the answer was made, and ended after.
    beside = await make.make_image(dump, created_at=now - dt.timedelta(seconds=5))
    fresh = await make.make_image(dump)
    found = (await ask(api, ann, NEW, since=counts))["data"]["images"]["nodes"]
    assert {node["id"] for node in found} == {encode("Image", image.id) for image in (beside, fresh)}
    assert encode("Image", old.id) not in {node["id"] for node in found}


async def test_nobody_has_seen_what_is_still_to_come(api: Api) -> None:
    ann = await make_asker("Ann")
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    refused = await record(api, ann, tomorrow)
    assert refused["lastLookedAt"] is None
    (error,) = refused["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "lookedAt"])
    assert "asOf" in error["message"]
    assert await looked(api, ann) is None


async def test_a_guest_and_a_program_that_only_reads_record_nothing(api: Api) -> None:
    guest, ann = await make_asker("Gus", Role.GUEST), await make_asker("Ann")
    assert await looked(api, guest) is None
    for asker in (guest, await ann.with_fewer(Scope.READ)):
        answer = await ask(api, asker, RECORD, input={"lookedAt": "2026-11-01T12:00:00Z"})
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await models.Person.filter(looked_at__isnull=False).count() == 0


async def test_the_look_of_somebody_who_was_removed_is_not_recorded(api: Api) -> None:
    """As when they are removed while their request is on its way."""
    ann = await make_asker("Ann")
    await people.remove(ann.person_id)
    with pytest.raises(NoRecordError):
        await looks.record(ann.person_id, make.NOON)
    assert (await models.Person.get(id=ann.person_id)).looked_at is None
