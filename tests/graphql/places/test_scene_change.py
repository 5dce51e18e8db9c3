"""A camera that shows another scene is asked about, and answered."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from tests.people import make_asker
from thumper.domain.access import Role
from thumper.graphql.relay.identity import encode
from thumper.store import models

ASKED = """query ($id: ID!) { deployment(id: $id) { sceneChanges {
  moved answeredAt sentence whatToDo image { fileName } imageBefore { fileName } deployment { camera { make } } } } }"""
ANSWER = """mutation ($input: AnswerSceneChangeInput!) { answerSceneChange(input: $input) {
  sceneChange { moved answeredAt } errors { code path } } }"""


async def changed() -> tuple[str, list[models.Image]]:
    """Make a camera with a change of scene; return its deployment's id and the photos before and after it."""
    dump = await make.make_dump(await make.make_location())
    images = await make.make_images(dump, 2)
    stay = await models.Deployment.create(
        camera=await make.make_camera(make="CUDDEBACK"), location_id=dump.location_id
    )
    before, after = images
    await models.SceneChange.create(deployment=stay, image=after, before_image_id=before.id)
    return encode("Deployment", stay.id), images


async def answer(api: Api, image_id: str, moved: bool | None) -> dict[str, Any]:
    told = await api.ask(ANSWER, input={"imageId": image_id, "moved": moved})
    payload: dict[str, Any] = told["answerSceneChange"]
    return payload


async def test_the_question_names_both_photos_and_is_answered_until_it_is_asked_again(api: Api) -> None:
    stay, (before, after) = await changed()
    (asked,) = (await api.ask(ASKED, id=stay))["deployment"]["sceneChanges"]
    assert (asked["moved"], asked["answeredAt"]) == (None, None)
    assert "was it moved?" in asked["sentence"]
    assert "answerSceneChange" in asked["whatToDo"]
    assert asked["image"]["fileName"] == after.file_name
    assert asked["imageBefore"]["fileName"] == before.file_name
    assert asked["deployment"]["camera"]["make"] == "CUDDEBACK"
    for moved in (True, False, None):
        told = await answer(api, encode("Image", after.id), moved)
        assert told["sceneChange"]["moved"] is moved
        assert (told["sceneChange"]["answeredAt"] is None) is (moved is None)
    assert (await answer(api, encode("Image", before.id), True))["errors"] == [
        {"code": "NOT_FOUND", "path": ["input", "imageId"]}
    ]


async def test_a_photo_that_is_gone_takes_its_question_along(api: Api) -> None:
    stay, (before, after) = await changed()
    await models.Image.filter(id=before.id).delete()
    (asked,) = (await api.ask(ASKED, id=stay))["deployment"]["sceneChanges"]
    assert asked["imageBefore"] is None
    await models.Image.filter(id=after.id).delete()
    assert (await api.ask(ASKED, id=stay))["deployment"]["sceneChanges"] == []


async def test_guests_are_asked_nothing(api: Api) -> None:
    _, (_, after) = await changed()
    guest = await make_asker("Neighbour", Role.GUEST)
    asked = {"query": ANSWER, "variables": {"input": {"imageId": encode("Image", after.id), "moved": True}}}
    told = (await api.http.post("/graphql", json=asked, headers=guest.headers)).json()
    assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await models.SceneChange.get(image_id=after.id)).moved is None


async def test_an_answer_that_was_lost_is_given_again(api: Api) -> None:
    _, (_, after) = await changed()
    key = {"imageId": encode("Image", after.id), "moved": True, "idempotencyKey": "0123456789abcdef"}
    told = [await api.ask(ANSWER, input=key)]
    # Asked in other words, so that what was done is read anew.
    told.append(await api.ask(ANSWER.replace("{ moved answeredAt }", "{ answeredAt moved }"), input=key))
    assert [each["answerSceneChange"]["sceneChange"]["moved"] for each in told] == [True, True]
