"""The mutations of a request answer one after another, each as things are after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.live import asked_over_websocket
from thumper.graphql.relay.identity import encode

Ask = Callable[..., Awaitable[dict[str, Any]]]


async def _over_http(api: Api, query: str, **variables: Any) -> dict[str, Any]:
    return await api.post(query, **variables)


async def _over_websocket(api: Api, query: str, **variables: Any) -> dict[str, Any]:
    return await asked_over_websocket(api.url, query, **variables)


EACH_TRANSPORT = pytest.mark.parametrize("ask", [_over_http, _over_websocket])


@EACH_TRANSPORT
async def test_each_mutation_answers_as_things_are_after_it(api: Api, ask: Ask) -> None:
    deer = await make.make_deer("Ajax")
    image, (box,) = await make.make_boxed_image(await make.make_dump(), await make.make_detector())
    await make.make_sighting(box, deer)
    named = "detection { deer { name sightings { totalCount } } reviews { verdict } }"
    query = f"""mutation ($deer: ID!, $box: ID!, $image: ID!) {{
    said: reviewDetection(input: {{detectionId: $box, verdict: CONFIRMED}}) {{ {named} }}
    renamed: updateDeer(input: {{deerId: $deer, name: "Bess"}}) {{ deer {{ name sightings {{ totalCount }} }} }}
    again: reviewDetection(input: {{detectionId: $box, verdict: CONFIRMED}}) {{ {named} }}
    gone: deleteImages(input: {{imageIds: [$image]}}) {{ errors {{ code }} }}
    noted: updateDeer(input: {{deerId: $deer, notes: "gone"}}) {{
        deer {{ name sightings {{ totalCount }} lastSeen }} }} }}"""
    ids = {"deer": encode("Deer", deer.id), "box": encode("Detection", box.id)}
    data = (await ask(api, query, **ids, image=encode("Image", image.id)))["data"]
    said, again = data["said"]["detection"], data["again"]["detection"]
    assert said["deer"] == {"name": "Ajax", "sightings": {"totalCount": 1}}
    assert again["deer"] == {"name": "Bess", "sightings": {"totalCount": 1}}
    assert [len(each["reviews"]) for each in (said, again)] == [1, 2]
    assert data["renamed"]["deer"] == {"name": "Bess", "sightings": {"totalCount": 1}}
    assert data["noted"]["deer"] == {"name": "Bess", "sightings": {"totalCount": 0}, "lastSeen": None}


@EACH_TRANSPORT
async def test_decisions_and_reviews_of_one_request_see_those_before_them(api: Api, ask: Ask) -> None:
    deer, detector, dump = await make.make_deer("Ajax"), await make.make_detector(), await make.make_dump()
    boxes = [(await make.make_boxed_image(dump, detector))[1][0] for _ in range(2)]
    decide = """decideIdentity(input: {detectionIds: [$%s], deerId: $deer, verdict: %s}) {
        deer { sightings { totalCount nodes { detection { id } } } identityDecisions { totalCount } } }"""
    review = """reviewDetection(input: {detectionId: $a, verdict: %s}) {
        detection { verdict shown { label } reviews { verdict } image { detections { id } } } }"""
    query = f"""mutation ($deer: ID!, $a: ID!, $b: ID!) {{
    isA: {decide % ("a", "IS")} isB: {decide % ("b", "IS")}
    notA: {decide % ("a", "IS_NOT")} notB: {decide % ("b", "IS_NOT")}
    rejected: {review % "REJECTED"} confirmed: {review % "CONFIRMED"} }}"""
    a, b = (encode("Detection", box.id) for box in boxes)
    data = (await ask(api, query, deer=encode("Deer", deer.id), a=a, b=b))["data"]
    seen, decided = [], []
    for name in ("isA", "isB", "notA", "notB"):
        told = data[name]["deer"]
        seen.append({sighting["detection"]["id"] for sighting in told["sightings"]["nodes"]})
        assert told["sightings"]["totalCount"] == len(seen[-1])
        decided.append(told["identityDecisions"]["totalCount"])
    assert (seen, decided) == ([{a}, {a, b}, {b}, set()], [1, 2, 3, 4])
    rejected, confirmed = data["rejected"]["detection"], data["confirmed"]["detection"]
    assert (rejected["verdict"], rejected["shown"], rejected["image"]["detections"]) == ("REJECTED", None, [])
    assert (confirmed["verdict"], confirmed["shown"]) == ("CONFIRMED", {"label": "buck"})
    assert confirmed["image"]["detections"] == [{"id": a}]
    assert [len(each["reviews"]) for each in (rejected, confirmed)] == [1, 2]


@EACH_TRANSPORT
async def test_a_refused_mutation_leaves_the_next_its_answer(api: Api, ask: Ask) -> None:
    deer = await make.make_deer("Ajax")
    query = """mutation ($id: ID!) { __typename
    refused: updateDeer(input: {deerId: $id, name: ""}) { deer { name } errors { code } }
    changed: updateDeer(input: {deerId: $id, name: "Bess"}) { deer { name } errors { code } } }"""
    data = (await ask(api, query, id=encode("Deer", deer.id)))["data"]
    assert data == {
        "__typename": "Mutation",
        "refused": {"deer": None, "errors": [{"code": "INVALID"}]},
        "changed": {"deer": {"name": "Bess"}, "errors": []},
    }


@EACH_TRANSPORT
async def test_the_order_of_the_answers_is_that_of_the_mutations(api: Api, ask: Ask) -> None:
    names = "edcba"
    made = " ".join(f'{name}: createDeer(input: {{name: "{name}"}}) {{ deer {{ name }} }}' for name in names)
    answer = await ask(api, f"mutation {{ {made} }}")
    assert list(answer["data"]) == list(names)
