from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.domain.progress import ImageState
from thumper.graphql.relay.identity import encode

SEND = """mutation ($input: %sInput!) { send: %s(input: $input) {
  batch { id kind progress { total pending processing completed failed finished } } errors { code path } } }"""


async def _send(api: Api, mutation: str, **values: Any) -> Any:
    return (await api.ask(SEND % (f"{mutation[0].upper()}{mutation[1:]}", mutation), input=values))["send"]


async def test_pending_images_are_sent_by_place_by_dump_and_up_to_a_limit(api: Api) -> None:
    await make.make_detector()
    location = await make.make_location()
    dump, other = await make.make_dump(), await make.make_dump()
    for _ in range(2):
        await make.make_image(dump, state=ImageState.PENDING, location=location)
    for _ in range(3):
        await make.make_image(other, state=ImageState.PENDING)
    here = await _send(api, "detectPending", locationId=encode("Location", location.id))
    assert here["batch"]["progress"] == {
        "total": 2,
        "pending": 2,
        "processing": 0,
        "completed": 0,
        "failed": 0,
        "finished": False,
    }
    assert here["batch"]["kind"] == "DETECT"
    one = await _send(api, "detectPending", dumpId=encode("Dump", other.id), limit=1)
    assert one["batch"]["progress"]["total"] == 1
    assert (await _send(api, "detectPending"))["batch"]["progress"]["total"] == 2
    nothing = (await _send(api, "detectPending"))["batch"]["progress"]
    assert (nothing["total"], nothing["finished"]) == (0, True)
    query = "query ($id: ID!) { batch(id: $id) { progress { total } } }"
    assert (await api.ask(query, id=here["batch"]["id"]))["batch"] == {"progress": {"total": 2}}


async def test_failed_images_are_tried_again(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    failed: dict[str, Any] = {"state": ImageState.FAILED, "error_code": "CORRUPT"}
    image = await make.make_image(dump, **failed)
    await make.make_job(image, detector, **failed)
    await make.make_boxed_image(dump, detector)
    sent = await _send(api, "retryFailed", dumpId=encode("Dump", dump.id))
    assert (sent["batch"]["kind"], sent["batch"]["progress"]["total"]) == ("RETRY", 1)
    states = await api.ask("{ images(where: {state: PENDING}) { nodes { error { code } job { state } } } }")
    assert states["images"]["nodes"] == [{"error": None, "job": {"state": "PENDING"}}]


async def test_a_batch_of_what_does_not_exist_is_refused(api: Api) -> None:
    for mutation in ("detectPending", "retryFailed"):
        for values, refusal in (
            ({"locationId": encode("Location", make.unknown_id())}, ("NOT_FOUND", "locationId")),
            ({"dumpId": encode("Dump", make.unknown_id())}, ("NOT_FOUND", "dumpId")),
            ({"limit": 0}, ("INVALID", "limit")),
        ):
            (error,) = (await _send(api, mutation, **values))["errors"]
            assert (error["code"], error["path"][1]) == refusal
