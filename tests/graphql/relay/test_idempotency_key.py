"""A mutation that is sent again under its key is made once, and answers what it answered."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull, GraphQLString
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.api import Api
from tests.graphql.photos.test_deletion_change import make_kept
from tests.graphql.test_loaders import waiting_statements_ended
from tests.live import asked_over_websocket
from tests.patience import until
from tests.sign_in import owner_headers
from thumper.domain.animal import ReviewVerdict
from thumper.domain.capture_time import TimeSource
from thumper.domain.progress import ImageState
from thumper.graphql.relay.identity import encode
from thumper.graphql.schema import schema
from thumper.settings import Settings
from thumper.store import models
from thumper.store.disk import erasure, library, library_claim
from thumper.store.requests import idempotency_keys

ERRORS = "errors { __typename code message path ... on IdempotencyKeyUsed { mutation usedAt } }"
CREATE = f"""mutation ($input: CreateDeerInput!) {{ createDeer(input: $input) {{
  deer {{ id name createdAt sightings {{ totalCount }} }} {ERRORS} }} }}"""
CREATE_BRIEFLY = (
    f"mutation ($input: CreateDeerInput!) {{ createDeer(input: $input) {{ deer {{ name }} {ERRORS} }} }}"
)
UPDATE = f"mutation ($input: UpdateDeerInput!) {{ updateDeer(input: $input) {{ deer {{ name }} {ERRORS} }} }}"
PLACE = f"""mutation ($input: CreateLocationInput!) {{ createLocation(input: $input) {{
  location {{ name }} {ERRORS} }} }}"""
FIX = f"""mutation ($input: FixClockInput!) {{ fixClock(input: $input) {{
  clockFix {{ id offsetSeconds }}
  effect {{ imageCount changed firstBefore firstAfter examples {{ image {{ id }} }} }} {ERRORS} }} }}"""
DETECT = f"""mutation ($input: DetectPendingInput!) {{ detectPending(input: $input) {{
  batch {{ id progress {{ total pending }} }} {ERRORS} }} }}"""
DELETE = f"""mutation ($input: DeleteImagesInput!) {{ deleteImages(input: $input) {{
  deletions {{ id }} effect {{ imageCount originalCount leftExamples }} notErased {ERRORS} }} }}"""

_keys = (f"key {number}" for number in itertools.count(1))


async def sent(api: Api, query: str, **variables: Any) -> bytes:
    """Return an answer as it came."""
    answer = await api.http.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    return answer.content


def payload(answer: bytes) -> dict[str, Any]:
    parsed = json.loads(answer)
    assert "errors" not in parsed, parsed
    (told,) = parsed["data"].values()
    payload: dict[str, Any] = told
    return payload


async def code(api: Api, query: str, **given: Any) -> str:
    """Return the code of the only error of a mutation's payload."""
    (error,) = payload(await sent(api, query, input=given))["errors"]
    told: str = error["code"]
    return told


def test_every_mutation_takes_a_key() -> None:
    mutations = schema._schema.mutation_type
    assert mutations is not None
    for name, mutation in mutations.fields.items():
        (argument,) = mutation.args.values()
        assert isinstance(argument.type, GraphQLNonNull), name
        kind = argument.type.of_type
        assert isinstance(kind, GraphQLInputObjectType), name
        assert kind.fields["idempotencyKey"].type is GraphQLString, name


async def test_what_is_sent_again_is_made_once_and_answers_the_same_bytes(api: Api) -> None:
    given = {"name": "Ajax", "idempotencyKey": next(_keys)}
    first = await sent(api, CREATE, input=given)
    made = await models.Deer.get(name="Ajax")
    await sent(api, UPDATE, input={"deerId": encode("Deer", made.id), "name": "Bess"})
    assert await sent(api, CREATE, input=given) == first
    assert (await asked_over_websocket(api.url, CREATE, input=given))["data"] == json.loads(first)["data"]
    assert await models.Deer.all().count() == 1
    in_other_words = payload(await sent(api, CREATE_BRIEFLY, input=given))
    assert in_other_words == {"deer": {"name": "Bess"}, "errors": []}, "the same deer, as it is now"


async def test_what_was_refused_is_refused_in_the_same_bytes(api: Api) -> None:
    ajax = await make.make_deer("Ajax")
    given = {"name": "ajax", "idempotencyKey": next(_keys)}
    first = await sent(api, CREATE, input=given)
    assert payload(first)["errors"][0]["code"] == "NAME_TAKEN"
    await ajax.delete()
    assert await sent(api, CREATE, input=given) == first
    assert payload(await sent(api, CREATE_BRIEFLY, input=given))["errors"] == payload(first)["errors"]
    assert await models.Deer.all().count() == 0
    assert payload(await sent(api, CREATE, input={"name": "ajax", "idempotencyKey": next(_keys)}))["deer"]


async def test_a_key_of_another_change_is_refused(api: Api) -> None:
    key = next(_keys)
    await sent(api, CREATE, input={"name": "Ajax", "idempotencyKey": key})
    for query, given in ((CREATE, {"name": "Bess"}), (PLACE, {"name": "Ajax"})):
        (error,) = payload(await sent(api, query, input=given | {"idempotencyKey": key}))["errors"]
        assert error.pop("usedAt")
        assert "idempotencyKey" in error.pop("message")
        assert error == {
            "__typename": "IdempotencyKeyUsed",
            "code": "IDEMPOTENCY_KEY_USED",
            "path": ["input", "idempotencyKey"],
            "mutation": "createDeer",
        }
    assert await models.Deer.all().count() == 1
    assert await models.Location.all().count() == 0
    again = {"name": "Ajax", "sex": "UNKNOWN", "notes": "", "idempotencyKey": key}
    assert payload(await sent(api, CREATE, input=again))["deer"], "what is left out is its default"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "a\u0000b", "\u202eabc", "\ud800"])
async def test_a_key_that_cannot_be_kept_is_refused(api: Api, key: str) -> None:
    answer = await api.ask(CREATE, input={"name": "Ajax", "idempotencyKey": key})
    (error,) = answer["createDeer"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "idempotencyKey"])
    assert await models.Deer.all().count() == 0


async def test_sent_many_times_at_once_it_is_made_once(api: Api) -> None:
    given = {"name": "Ajax", "idempotencyKey": "x" * 255}
    answers = await asyncio.gather(*(sent(api, CREATE, input=given) for _ in range(12)))
    assert len(set(answers)) == 1
    assert payload(answers[0])["deer"]["name"] == "Ajax"
    assert await models.Deer.all().count() == 1
    assert await models.IdempotencyKey.all().count() == 1


async def test_one_request_may_name_a_change_twice(api: Api) -> None:
    query = """mutation ($input: CreateDeerInput!, $other: CreateDeerInput!) {
    a: createDeer(input: $input) { deer { id } } b: createDeer(input: $input) { deer { id } }
    c: createDeer(input: $other) { deer { id } } }"""
    other = {"name": "Bess", "idempotencyKey": next(_keys)}
    data = await api.ask(query, input={"name": "Ajax", "idempotencyKey": next(_keys)}, other=other)
    assert data["a"] == data["b"] != data["c"]


async def test_what_could_not_be_tried_leaves_the_key_free(api: Api) -> None:
    key = next(_keys)
    deer = await make.make_deer("Ajax")
    given = {"name": "Bess", "idempotencyKey": key}
    assert await api.refused(UPDATE, input={"deerId": "nonsense", **given}) == "BAD_ID"
    async with in_transaction("default") as transaction:
        await transaction.execute_query("LOCK TABLE deer IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(api.refused(UPDATE, input={"deerId": encode("Deer", deer.id), **given}))
        await until(waiting_statements_ended)
        assert await asking == "DATABASE_DOWN"
    assert await models.IdempotencyKey.all().count() == 0
    made = payload(await sent(api, UPDATE, input={"deerId": encode("Deer", deer.id), **given}))
    assert made == {"deer": {"name": "Bess"}, "errors": []}


async def test_a_change_under_a_key_is_refused_as_one_without(api: Api) -> None:
    """These are found by a statement that fails, after which the transaction has to go on."""
    deer, location = await make.make_deer("Ajax"), await make.make_location("Oak")
    _, (box,) = await make.make_boxed_image(await make.make_dump(location), await make.make_detector())
    await make.make_sighting(box, deer)
    merged = await make.make_location("Oka", merged_into_id=location.id)
    delete_deer = f"mutation ($input: DeleteDeerInput!) {{ deleteDeer(input: $input) {{ {ERRORS} }} }}"
    delete_location = (
        f"mutation ($input: DeleteLocationInput!) {{ deleteLocation(input: $input) {{ {ERRORS} }} }}"
    )
    for query, given, expected in (
        (delete_deer, {"deerId": encode("Deer", deer.id)}, "DEER_IN_USE"),
        (delete_location, {"locationId": encode("Location", location.id)}, "LOCATION_IN_USE"),
        (PLACE, {"name": merged.name.upper()}, "NAME_TAKEN"),
    ):
        key = next(_keys)
        plain = payload(await sent(api, query, input=given))["errors"]
        for _ in range(2):
            assert payload(await sent(api, query, input=given | {"idempotencyKey": key}))["errors"] == plain
        assert [error["code"] for error in plain] == [expected]


async def test_a_repair_answers_the_same_with_its_numbers(api: Api) -> None:
    dump = await make.make_dump()
    await make.make_image(dump, taken_local=make.NOON.replace(tzinfo=None), clock_source="exif_original")
    given = {"dumpId": encode("Dump", dump.id), "offsetSeconds": 60, "idempotencyKey": next(_keys)}
    first = await sent(api, FIX, input=given)
    assert payload(first)["clockFix"]["offsetSeconds"] == 60, payload(first)
    await models.IdempotencyKey.all().update(
        answer=None, request_sha256=None
    )  # as if it had died before it could answer
    assert await sent(api, FIX, input=given) == first
    assert await models.ClockFix.all().count() == 1


async def test_a_batch_that_was_cut_short_is_finished_when_it_is_sent_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    for image in await make.make_images(dump, 5, state=ImageState.PENDING):
        await make.make_job(image, detector, state="pending", attempts=0, finished_at=None, held=True)
    given = {"limit": 4, "idempotencyKey": next(_keys)}
    monkeypatch.setattr("thumper.store.queue.batches.CHUNK_IMAGES", 2)
    send_chunk = "thumper.store.queue.batches._send_chunk"
    with monkeypatch.context() as patch:
        patch.setattr(send_chunk, _failing_after(1, send_chunk))
        assert await api.refused(DETECT, input=given) == "DATABASE_DOWN"
    assert await models.Job.filter(batch_id__not_isnull=True).count() == 2
    answer = await sent(api, DETECT, input=given)
    assert payload(answer)["batch"]["progress"] == {"total": 4, "pending": 4}
    assert await sent(api, DETECT, input=given) == answer
    briefly = "mutation ($input: DetectPendingInput!) { detectPending(input: $input) { batch { kind } } }"
    for image in await make.make_images(dump, 2, state=ImageState.PENDING):
        await make.make_job(image, detector, state="pending", attempts=0, finished_at=None, held=True)
    assert payload(await sent(api, briefly, input=given)) == {"batch": {"kind": "DETECT"}}
    assert await models.Batch.all().count() == 1
    assert await models.Job.filter(batch_id__not_isnull=True).count() == 4, "what came later is not sent"


def _failing_after(number: int, name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    original, calls = getattr(sys.modules[module], attribute), itertools.count()

    async def failing(*args: Any) -> Any:
        if next(calls) >= number:
            raise OSError("the process died")
        return await original(*args)

    return failing


async def test_deleted_files_are_erased_once_the_deletion_is_committed(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.write_whole(settings.library_dir / library_claim.MARKER, b"of a test")
    image, places = await make_kept(settings, await make.make_dump())
    given = {"imageIds": [encode("Image", image.id)], "idempotencyKey": next(_keys)}

    async def dying(folder: Path, deletion_ids: Any = None) -> list[str]:
        assert not await models.Image.exists(id=image.id), "the deletion is committed"
        raise OSError("the process died")

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "erase", dying)
        assert await api.refused(DELETE, input=given) == "DATABASE_DOWN"
    assert all(place.exists() for place in places)
    answer = await sent(api, DELETE, input=given)
    assert payload(answer)["effect"] == {"imageCount": 1, "originalCount": 1, "leftExamples": []}
    assert payload(answer)["notErased"] == payload(answer)["errors"] == []
    assert not any(place.exists() for place in places)
    assert await sent(api, DELETE, input=given) == answer


async def test_no_answer_tells_of_a_photo_that_was_deleted_and_no_change_is_made_again(
    api: Api, settings: Settings
) -> None:
    library.write_whole(settings.library_dir / library_claim.MARKER, b"of a test")
    dump = await make.make_dump()
    gone, other = await make.make_images(dump, 2)
    note = """mutation ($input: SetImageNoteInput!) { setImageNote(input: $input) {
        image { note { text } sha256 } errors { code } } }"""
    secret = {"imageId": encode("Image", gone.id), "text": "The Smiths' boy", "idempotencyKey": next(_keys)}
    plain = {"imageId": encode("Image", other.id), "text": "drop tine", "idempotencyKey": next(_keys)}
    for given in (secret, plain):
        assert payload(await sent(api, note, input=given))["image"]["note"]["text"] == given["text"]
    await sent(api, DELETE, input={"imageIds": [encode("Image", gone.id)]})
    kept = json.dumps(await models.IdempotencyKey.all().values_list("payload", "answer"))
    assert not {word for word in (secret["text"], gone.sha256.hex(), plain["text"]) if word in kept}
    assert payload(await sent(api, note, input=secret)) == {"image": None, "errors": []}
    await models.Mark.all().update(text="four on a side")
    assert payload(await sent(api, note, input=plain))["image"]["note"] == {"text": "four on a side"}


async def test_an_answer_that_is_made_again_does_without_what_was_deleted(
    api: Api, settings: Settings
) -> None:
    library.write_whole(settings.library_dir / library_claim.MARKER, b"of a test")
    detector, dump = await make.make_detector(), await make.make_dump()
    image, (box,) = await make.make_boxed_image(
        dump, detector, taken_local=make.NOON.replace(tzinfo=None), clock_source=TimeSource.EXIF_ORIGINAL
    )
    first, _ = [
        await models.Review.create(detection=box, verdict=ReviewVerdict.CONFIRMED, actor="owner")
        for _ in "12"
    ]
    undo = """mutation ($input: UndoReviewInput!) { undoReview(input: $input) {
        errors { code ... on ReviewedSince { laterReview { id } } } } }"""
    back = {"reviewId": encode("Review", first.id), "idempotencyKey": next(_keys)}
    fix = {"dumpId": encode("Dump", dump.id), "offsetSeconds": 60, "idempotencyKey": next(_keys)}
    assert payload(await sent(api, undo, input=back))["errors"][0]["laterReview"] is not None
    assert payload(await sent(api, FIX, input=fix))["effect"]["examples"] != []
    await sent(api, DELETE, input={"imageIds": [encode("Image", image.id)]})
    assert payload(await sent(api, undo, input=back))["errors"] == [
        {"code": "REVIEWED_SINCE", "laterReview": None}
    ]
    effect = payload(await sent(api, FIX, input=fix))["effect"]
    assert (effect["imageCount"], effect["examples"]) == (1, [])


async def test_a_reply_that_was_lost_with_the_process_is_given_again(settings: Settings, api: Api) -> None:
    given = {"name": "Ajax", "idempotencyKey": next(_keys)}
    with socket.create_server(("127.0.0.1", 0)) as probe:
        own = settings.model_copy(update={"port": probe.getsockname()[1]})
    command = [sys.executable, "-P", "-m", "thumper", "serve"]
    with subprocess.Popen(command, env=own.as_environment()) as process:  # noqa: ASYNC220  # it starts in a moment
        async with httpx.AsyncClient(base_url=own.api_url, timeout=60) as http:
            await until(lambda: _serves(http))
            http.headers.update(owner_headers(own))
            async with in_transaction("default") as transaction:
                await transaction.execute_query("LOCK TABLE sighting IN ACCESS EXCLUSIVE MODE")
                body = {"query": CREATE, "variables": {"input": given}}
                asking = asyncio.create_task(http.post("/graphql", json=body))
                await until(lambda: models.Deer.exists(name="Ajax"), every_s=0.01)
                process.kill()  # the deer is committed; its answer waits for the table
                with pytest.raises(httpx.TransportError):
                    await asking
    answer = await sent(api, CREATE, input=given)
    deer = await models.Deer.get(name="Ajax")
    assert payload(answer)["deer"]["id"] == encode("Deer", deer.id)
    assert payload(answer)["errors"] == []
    assert await sent(api, CREATE, input=given) == answer


async def _serves(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def test_an_answer_that_cannot_be_kept_is_sent_all_the_same(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise OSError("PostgreSQL went away")

    given = {"name": "Ajax", "idempotencyKey": next(_keys)}
    with monkeypatch.context() as patch:
        patch.setattr(idempotency_keys, "keep_answer", failing)
        first = await sent(api, CREATE, input=given)
    assert payload(first)["deer"]["name"] == "Ajax"
    assert await sent(api, CREATE, input=given) == first
