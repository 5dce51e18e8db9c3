from __future__ import annotations

import datetime as dt
from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.identity import encode

DAY = dt.timedelta(days=1)


async def _ranch() -> dict[str, Any]:
    """Ajax was seen three times at two places, Bess once, Cleo never."""
    detector, dump = await make.make_detector(), await make.make_dump()
    creek, ridge = await make.make_location("Creek"), await make.make_location("Ridge")
    ajax = await make.make_deer("Ajax", sex="male")
    bess = await make.make_deer("bess", sex="female", status="missing")
    cleo = await make.make_deer("Cleo")
    for number, location in enumerate((creek, creek, ridge)):
        image = await make.make_image(dump, taken_at=make.NOON + number * DAY, location=location)
        run = await make.make_run(image, detector)
        await make.make_sighting(await make.make_detection(run, confidence=0.5 + number / 10), ajax)
    image = await make.make_image(dump, taken_at=make.NOON + 9 * DAY, location=ridge)
    await make.make_sighting(await make.make_detection(await make.make_run(image, detector)), bess)
    return {"creek": creek, "ridge": ridge, "ajax": ajax, "bess": bess, "cleo": cleo}


async def test_everything_seen_of_a_deer_is_derived_from_its_sightings(api: Api) -> None:
    await _ranch()
    query = """{ allDeer(orderBy: {field: NAME, direction: ASC}) { totalCount nodes { name firstSeen lastSeen
      locations { name } bestPhoto { predicted { confidence } image { takenAt } }
      sightings(first: 2) { totalCount pageInfo { hasNextPage } nodes { actor { name } image { takenAt }
      deer { name } } } } } }"""
    answer = (await api.ask(query))["allDeer"]
    ajax, bess, cleo = answer["nodes"]
    assert answer["totalCount"] == 3
    assert (ajax["firstSeen"], ajax["lastSeen"]) == ("2024-11-09T12:00:00+00:00", "2024-11-11T12:00:00+00:00")
    assert [place["name"] for place in ajax["locations"]] == ["Creek", "Ridge"]
    assert ajax["bestPhoto"] == {
        "predicted": {"confidence": 0.7},
        "image": {"takenAt": "2024-11-11T12:00:00+00:00"},
    }
    assert ajax["sightings"]["totalCount"] == 3
    assert ajax["sightings"]["pageInfo"] == {"hasNextPage": True}
    taken = [sighting["image"]["takenAt"][:10] for sighting in ajax["sightings"]["nodes"]]
    assert taken == ["2024-11-11", "2024-11-10"]
    assert bess["sightings"]["totalCount"] == 1
    assert (cleo["firstSeen"], cleo["bestPhoto"], cleo["locations"]) == (None, None, [])
    assert cleo["sightings"]["nodes"] == []


async def test_sightings_are_paged_both_ways(api: Api) -> None:
    ranch = await _ranch()
    query = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { deer(id: $id) {
      sightings(first: $first, after: $after, last: $last, before: $before) {
      pageInfo { endCursor hasNextPage hasPreviousPage } nodes { image { takenAt } } } } }"""

    async def days(**where: Any) -> tuple[list[str], Any]:
        page = (await api.ask(query, id=encode("Deer", ranch["ajax"].id), **where))["deer"]["sightings"]
        return [node["image"]["takenAt"][8:10] for node in page["nodes"]], page["pageInfo"]

    first, info = await days(first=2)
    assert first == ["11", "10"]
    rest, _ = await days(first=2, after=info["endCursor"])
    assert rest == ["09"]
    back, info = await days(last=2)
    assert back == ["10", "09"]
    assert info["hasPreviousPage"] is True


async def test_the_sightings_of_each_deer_are_filtered_and_ordered(api: Api) -> None:
    ranch = await _ranch()
    query = """query ($where: SightingFilter, $order: SightingOrder) { allDeer(where: {nameContains: "ajax"}) {
      nodes { sightings(where: $where, orderBy: $order) { totalCount nodes { image { takenAt } } } } } }"""

    async def days(**variables: Any) -> list[str]:
        page = (await api.ask(query, **variables))["allDeer"]["nodes"][0]["sightings"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["image"]["takenAt"][8:10] for node in page["nodes"]]

    assert await days(order={"direction": "ASC"}) == ["09", "10", "11"]
    assert await days(where={"locationId": encode("Location", ranch["ridge"].id)}) == ["11"]
    assert await days(where={"takenBefore": "2024-11-11T00:00:00Z"}) == ["10", "09"]


async def test_one_bad_argument_leaves_everything_else_its_answer(api: Api) -> None:
    await _ranch()
    query = """{ allDeer { totalCount nodes { name sightings(after: "bad") { nodes { id } } lastSeen } }
      images(first: 101) { totalCount } locations { totalCount } nodes(ids: ["bad"]) { id }
      first: images(first: 1) { nodes { id detections(minConfidence: 7) { id } } } }"""
    answer = await api.post(query)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {
        *("BAD_CURSOR", "PAGE_TOO_LARGE", "BAD_ID", "BAD_CONFIDENCE")
    }
    found = answer["data"]
    assert [node["sightings"] for node in found["allDeer"]["nodes"]] == [None] * 3
    assert found["allDeer"]["nodes"][0]["lastSeen"] is not None
    assert (found["images"], found["nodes"], found["locations"]["totalCount"]) == (None, None, 2)
    (image,) = found["first"]["nodes"]
    assert (image["detections"], bool(image["id"])) == (None, True)


async def test_deer_are_found_by_every_filter(api: Api) -> None:
    ranch = await _ranch()
    query = "query ($where: DeerFilter) { allDeer(where: $where) { totalCount nodes { name } } }"

    async def found(**where: Any) -> set[str]:
        answer = (await api.ask(query, where=where))["allDeer"]
        assert answer["totalCount"] == len(answer["nodes"])
        return {node["name"] for node in answer["nodes"]}

    assert await found(nameContains="ESS") == {"bess"}
    assert await found(nameContains="%") == set()
    assert await found(sex="MALE") == {"Ajax"}
    assert await found(status="MISSING") == {"bess"}
    assert await found(seenAfter="2024-11-15T00:00:00Z") == {"bess"}
    assert await found(seenBefore="2024-11-10T00:00:00Z") == {"Ajax"}
    assert await found(locationId=encode("Location", ranch["ridge"].id)) == {"Ajax", "bess"}
    ridge = encode("Location", ranch["ridge"].id)
    assert await found(locationId=ridge, seenBefore="2024-11-11T00:00:00Z") == set()
    assert await found(minSightingCount=2) == {"Ajax"}
    assert await found(minSightingCount=0) == {"Ajax", "bess", "Cleo"}


async def test_deer_are_ordered_by_last_seen_name_or_sightings_both_ways(api: Api) -> None:
    await _ranch()
    query = "query ($order: DeerOrder) { allDeer(orderBy: $order) { nodes { name } } }"

    async def ordered(field: str, direction: str) -> list[str]:
        answer = await api.ask(query, order={"field": field, "direction": direction})
        return [node["name"] for node in answer["allDeer"]["nodes"]]

    assert await ordered("LAST_SEEN", "DESC") == ["bess", "Ajax", "Cleo"]
    assert await ordered("LAST_SEEN", "ASC") == ["Ajax", "bess", "Cleo"]
    assert await ordered("NAME", "ASC") == ["Ajax", "bess", "Cleo"]
    assert await ordered("NAME", "DESC") == ["Cleo", "bess", "Ajax"]
    assert await ordered("SIGHTING_COUNT", "DESC") == ["Ajax", "bess", "Cleo"]
    assert await ordered("SIGHTING_COUNT", "ASC") == ["Cleo", "bess", "Ajax"]


async def test_deer_are_paged_in_every_order(api: Api) -> None:
    await _ranch()
    query = """query ($order: DeerOrder, $after: String) { allDeer(first: 1, after: $after, orderBy: $order)
      { pageInfo { hasNextPage endCursor } nodes { name } } }"""
    for field in ("LAST_SEEN", "NAME", "SIGHTING_COUNT"):
        for direction in ("ASC", "DESC"):
            names: list[str] = []
            after, more = None, True
            while more:
                answer = await api.ask(query, order={"field": field, "direction": direction}, after=after)
                page = answer["allDeer"]
                names += [node["name"] for node in page["nodes"]]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert sorted(names) == ["Ajax", "Cleo", "bess"]


async def test_a_deer_is_looked_up_by_its_name_whatever_its_case(api: Api) -> None:
    await _ranch()
    query = "query ($id: ID, $name: String) { deer(id: $id, name: $name) { name } }"
    assert (await api.ask(query, name="  AJAX "))["deer"] == {"name": "Ajax"}
    assert (await api.ask(query, name="Aja"))["deer"] is None
    assert await api.refused(query) == "BAD_ARGUMENTS"
    assert await api.refused(query, name="Ajax", id=encode("Deer", make.unknown_id())) == "BAD_ARGUMENTS"
