from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx

from tests import factories as make
from tests.api import Api, running_api
from tests.patience import until
from tests.people import Asker, make_asker
from tests.sign_in import signed
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models
from thumper.store.feed import feed

CREATE = """mutation ($input: CreateUploadInput!) { createUpload(input: $input) {
  dump { id location { name } source { kind } } uploads { fileName url expiresAt } errors { code path message } } }"""


async def _create(api: Api, *files: str, asker: Asker | None = None, **values: Any) -> Any:
    body = {"query": CREATE, "variables": {"input": {"files": list(files)} | values}}
    client = api.http if asker is None else api.anonymous
    answer = await client.post("/graphql", json=body, headers={} if asker is None else asker.headers)
    assert "errors" not in answer.json(), answer.json()
    return answer.json()["data"]["createUpload"]


async def test_several_files_join_one_dump_with_one_receipt(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    await make.make_detector()
    location = await make.make_location("Creek")
    one, two = (path.read_bytes() for path in photos(2))
    made = await _create(
        api, "a.jpg", "b.JPG", "again.jpg", "notes.jpg", locationId=encode("Location", location.id)
    )
    assert made["errors"] == []
    assert made["dump"]["location"] == {"name": "Creek"}
    assert made["dump"]["source"] == {"kind": "UPLOAD"}
    assert [upload["fileName"] for upload in made["uploads"]] == ["a.jpg", "b.JPG", "again.jpg", "notes.jpg"]
    urls = [upload["url"] for upload in made["uploads"]]
    assert all(url.startswith(f"{api.url}/upload/") for url in urls)
    answers = [
        await api.http.put(url, content=body)
        for url, body in zip(urls, (one, two, one, b"hello"), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 422]
    states = [answer.json()["state"] for answer in answers]
    assert states == ["STORED", "STORED", "DUPLICATE", "REJECTED"]
    stored, _, duplicate, rejected = (answer.json() for answer in answers)
    assert duplicate["imageId"] == stored["imageId"]
    assert rejected["imageId"] is None
    assert rejected["reason"] == "NOT_AN_IMAGE"
    assert rejected["whatToDo"]
    assert stored["dumpId"] == made["dump"]["id"]
    query = """query ($dump: ID!, $image: ID!) {
      dump(id: $dump) { receipt { found waiting stored duplicate rejected } }
      image(id: $image) { fileName state location { name } job { held } urls { original } } }"""
    found = await api.ask(query, dump=made["dump"]["id"], image=stored["imageId"])
    assert found["dump"]["receipt"] == {"found": 4, "waiting": 0, "stored": 2, "duplicate": 1, "rejected": 1}
    assert found["image"]["fileName"] == "a.jpg"
    assert found["image"]["location"] == {"name": "Creek"}
    assert (found["image"]["state"], found["image"]["job"]) == ("PENDING", {"held": False})
    assert (await api.http.get(found["image"]["urls"]["original"])).content == one


async def test_more_files_join_the_dump_of_an_earlier_upload(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    one, two = (path.read_bytes() for path in photos(2))
    made = await _create(api, "a.jpg")
    dump_id = made["dump"]["id"]
    await api.http.put(made["uploads"][0]["url"], content=one)
    more = await _create(api, "b.jpg", dumpId=dump_id)
    assert (more["dump"]["id"], more["errors"]) == (dump_id, [])
    assert (await api.http.put(more["uploads"][0]["url"], content=two)).json()["dumpId"] == dump_id
    place = encode("Location", (await make.make_location()).id)
    (refused,) = (await _create(api, "c.jpg", dumpId=dump_id, locationId=place))["errors"]
    assert (refused["code"], refused["path"]) == ("INVALID", ["input", "locationId"])
    (refused,) = (await _create(api, "c.jpg", dumpId=encode("Dump", make.unknown_id())))["errors"]
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["input", "dumpId"])


async def test_a_file_that_was_rejected_is_sent_again_by_who_began_it_and_the_card_is_safe(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    whole = photos(1)[0].read_bytes()
    ann, ben = await make_asker("Ann"), await make_asker("Ben")
    made = await _create(api, "a.jpg", asker=ann)
    dump_id = made["dump"]["id"]
    rejected = await api.http.put(made["uploads"][0]["url"], content=whole[:100])
    assert rejected.json()["state"] == "REJECTED"
    (refused,) = (await _create(api, "a.jpg", dumpId=dump_id, again=True, asker=ben))["errors"]
    assert (refused["code"], refused["path"]) == ("INVALID", ["input", "again"])
    (refused,) = (await _create(api, "a.jpg", again=True, asker=ann))["errors"]
    assert (refused["code"], refused["path"]) == ("INVALID", ["input", "again"])
    more = await _create(api, "a.jpg", dumpId=dump_id, again=True, asker=ann)
    await api.http.put(more["uploads"][0]["url"], content=whole)

    async def receipt() -> Any:
        query = """query ($id: ID!) { dump(id: $id) { receipt { found stored rejected
          rejections { reason fileCount } wipe { state sentence obstacles { code } } } } }"""
        return (await api.ask(query, id=dump_id))["dump"]["receipt"]

    async def checked() -> bool:
        return bool((await receipt())["wipe"]["state"] == "DONE")

    await until(checked)
    found = await receipt()
    assert (found["found"], found["stored"], found["rejected"]) == (2, 1, 1)
    assert found["rejections"] == [{"reason": "SENT_AGAIN", "fileCount": 1}]
    assert found["wipe"]["obstacles"] == []
    assert found["wipe"]["sentence"].startswith("Safe to wipe")
    assert "1 file had been rejected" in found["wipe"]["sentence"]


async def test_an_address_works_once_and_only_as_it_was_given(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    content = photos(1)[0].read_bytes()
    (upload,) = (await _create(api, "a.jpg"))["uploads"]
    assert (await api.http.put(upload["url"] + "x", content=content)).status_code == 404
    assert (await api.http.put(upload["url"], content=content)).status_code == 201
    again = await api.http.put(upload["url"], content=content)
    assert again.status_code == 410
    assert "createUpload" in again.json()["errors"][0]["message"]
    assert (await api.http.post(upload["url"], content=content)).status_code == 405
    await models.Upload.all().update(used_at=None, file_id=None, expires_at=make.NOON)
    assert (await api.http.put(upload["url"], content=content)).status_code == 410


async def test_images_uploaded_without_detection_wait_until_it_is_asked_for(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    await make.make_detector()
    made = await _create(api, "a.jpg", detect=False)
    answer = await api.http.put(made["uploads"][0]["url"], content=photos(1)[0].read_bytes())
    query = "query ($id: ID!) { image(id: $id) { job { held } } }"
    image_id = answer.json()["imageId"]
    assert (await api.ask(query, id=image_id))["image"] == {"job": {"held": True}}
    send = """mutation ($input: DetectPendingInput!) {
      detectPending(input: $input) { batch { progress { total } } } }"""
    sent = await api.ask(send, input={"dumpId": made["dump"]["id"]})
    assert sent["detectPending"]["batch"]["progress"]["total"] == 1
    assert (await api.ask(query, id=image_id))["image"] == {"job": {"held": False}}


async def test_a_file_that_is_too_large_is_refused_before_it_is_read_to_its_end(
    settings: Settings,
) -> None:
    async with running_api(settings.model_copy(update={"max_file_bytes": 100_000})) as api:
        (upload,) = (await _create(api, "big.jpg"))["uploads"]
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            while sent < 50_000_000:
                sent += 65_536
                yield b"\xff" * 65_536
                await asyncio.sleep(0)

        try:
            answer = await api.http.put(upload["url"], content=endless())
        except httpx.WriteError:
            return  # the server had answered and closed before all was sent
        assert answer.status_code == 413
        assert answer.json()["reason"] == "TOO_LARGE_BYTES"


async def test_an_upload_that_breaks_off_can_be_sent_again(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    content = photos(1)[0].read_bytes()
    (upload,) = (await _create(api, "a.jpg"))["uploads"]
    port = int(api.url.rpartition(":")[2])
    path = upload["url"].removeprefix(api.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(content)}\r\n\r\n"
    writer.write(signed(api.url, head.encode()) + content[: len(content) // 2])
    await writer.drain()
    writer.transport.abort()
    del reader

    async def given_back() -> bool:
        return await models.Upload.filter(used_at=None).exists()

    async with asyncio.timeout(60):
        while True:
            answer = await api.http.put(upload["url"], content=content)
            if answer.status_code != 409:
                break
            await asyncio.sleep(0.05)
    assert answer.status_code == 201
    assert not await given_back()


async def test_names_that_are_none_are_refused(api: Api) -> None:
    for files in ([], ["a.jpg"] * 1001):
        (error,) = (await _create(api, *files))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "files"])
    for name in ("", " ", ".", "..", "folder/", "x" * 256, "ä" * 128):
        (error,) = (await _create(api, "a.jpg", name))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "files", "1"]), name
    assert not await models.Upload.exists()


async def test_an_upload_to_a_place_that_is_not_there_is_refused(api: Api) -> None:
    (error,) = (await _create(api, "a.jpg", locationId=encode("Location", make.unknown_id())))["errors"]
    assert error["code"] == "NOT_FOUND"


async def test_a_reply_that_was_lost_is_told_again_and_its_addresses_are_kept_nowhere(
    api: Api, photos: Callable[[int], list[Path]], settings: Settings
) -> None:
    keyed: dict[str, Any] = {"idempotencyKey": "a card"}
    lost, told = await _create(api, "a.jpg", "b.jpg", **keyed), await _create(api, "a.jpg", "b.jpg", **keyed)
    assert told == lost, "the same answer"
    fewer = CREATE.replace("fileName url expiresAt", "url")
    values = {"files": ["a.jpg", "b.jpg"]} | keyed
    in_other_words = (await api.ask(fewer, input=values))["createUpload"]["uploads"]
    urls = [upload["url"] for upload in told["uploads"]]
    assert [upload["url"] for upload in in_other_words] == urls
    assert await models.Upload.all().count() == 2, "made once"
    secrets = [url.rpartition("/")[2] for url in urls]
    assert {len(base64.urlsafe_b64decode(secret + "=")) * 8 for secret in secrets} == {256}
    assert len(set(secrets)) == 2
    kept = repr([await models.IdempotencyKey.all().values(), await models.Upload.all().values()])
    assert "uploads" in kept
    assert [secret for secret in secrets if secret in kept or secret.encode().hex() in kept] == []
    assert "/upload/" not in kept
    await models.Upload.filter(file_name="b.jpg").delete()
    assert await _create(api, "a.jpg", "b.jpg", **keyed) == lost
    answer = await api.http.put(urls[0], content=photos(1)[0].read_bytes())
    assert answer.status_code == 201


CANCEL = """mutation ($id: ID!) { cancelUpload(input: {dumpId: $id}) {
    closedCount dump { settledAt receipt { found stored waiting wipe { obstacles { code fileCount examples } } } }
    errors { code path } } }"""


async def _cancel(api: Api, dump_id: str) -> Any:
    return (await api.ask(CANCEL, id=dump_id))["cancelUpload"]


async def test_a_cancelled_upload_closes_what_is_open_and_its_receipt_adds_up(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    await make.make_detector()
    content = photos(1)[0].read_bytes()
    made = await _create(api, "came.jpg", "never.jpg", "nor.jpg")
    came, *others = (upload["url"] for upload in made["uploads"])
    assert (await api.http.put(came, content=content)).status_code == 201
    cancelled = await _cancel(api, made["dump"]["id"])
    assert (cancelled["closedCount"], cancelled["errors"]) == (2, [])
    assert cancelled["dump"]["settledAt"] is not None
    receipt = cancelled["dump"]["receipt"]
    assert (receipt["found"], receipt["stored"], receipt["waiting"]) == (1, 1, 0)
    assert {"code": "NEVER_SENT", "fileCount": 2, "examples": ["never.jpg", "nor.jpg"]} in receipt["wipe"][
        "obstacles"
    ]
    for url in others:
        answer = await api.http.put(url, content=content)
        assert answer.status_code == 410
        assert answer.json()["errors"][0]["extensions"]["code"] == "UPLOAD_CLOSED"
        assert "cancelled" in answer.json()["errors"][0]["message"]
    assert "cancelled" not in (await api.http.put(came, content=content)).json()["errors"][0]["message"]
    assert (await _cancel(api, made["dump"]["id"]))["closedCount"] == 0
    kinds = {event.kind.name for event in await feed.read_after(0) if event.dump_id is not None}
    assert "FILE_SETTLED" in kinds


async def test_a_transfer_that_is_going_on_fails_when_its_upload_is_cancelled(
    api: Api, photos: Callable[[int], list[Path]]
) -> None:
    content = photos(1)[0].read_bytes()
    made = await _create(api, "a.jpg")
    go_on = asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        yield content[:1000]
        await go_on.wait()
        yield content[1000:]

    transfer = asyncio.create_task(api.http.put(made["uploads"][0]["url"], content=halting()))
    await until(models.Upload.filter(used_at__isnull=False).exists)
    assert (await _cancel(api, made["dump"]["id"]))["closedCount"] == 1
    go_on.set()
    answer = await transfer
    assert answer.status_code == 410
    assert "cancelled" in answer.json()["errors"][0]["message"]
    assert not await models.Image.exists()
    assert not await models.File.exists()


async def test_only_an_upload_is_cancelled(api: Api) -> None:
    dump = await make.make_dump()
    (error,) = (await _cancel(api, encode("Dump", dump.id)))["errors"]
    assert error == {"code": "INVALID", "path": ["input", "dumpId"]}
    (error,) = (await _cancel(api, encode("Dump", make.unknown_id())))["errors"]
    assert error == {"code": "NOT_FOUND", "path": ["input", "dumpId"]}
