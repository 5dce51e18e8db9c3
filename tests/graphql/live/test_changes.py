"""Keeping a copy up to date by asking now and then: nothing is missed, and who comes too late is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests import factories as make
from tests.api import Api
from tests.clocks import make_clocked
from tests.live import uuids
from tests.pipeline import detect, store_images, use_detector
from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedKind
from thumper.domain.identity import IdentityVerdict
from thumper.domain.progress import FileState
from thumper.domain.review import Word
from thumper.graphql.live import changes
from thumper.graphql.relay.identity import decode, encode
from thumper.settings import Settings
from thumper.store.deer import reviews
from thumper.store.feed import feed, retention
from thumper.store.files import dumps, image_deletion
from thumper.store.files.image_deletion import Keeping
from thumper.store.models import Detection
from thumper.store.postgres.connect import client

QUERY = """query($after: BigInt, $first: Int) { changes(after: $after, first: $first) {
    seq hasMore images { id state } deletedIds dumpsToReread { id } detector { name } } }"""


async def ask(api: Api, after: int | None = None, *, first: int | None = None) -> dict[str, Any]:
    told: dict[str, Any] = (await api.ask(QUERY, after=after, first=first))["changes"]
    return told


async def delete(settings: Settings, image_id: UUID) -> None:
    keeping = Keeping(library=settings.library_dir, zone=settings.zone)
    await image_deletion.delete([image_id], note="", keeping=keeping)


async def test_a_copy_that_asks_now_and_then_has_everything(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "PAGE_EVENTS", 4)
    before = await store_images(3)
    begin = await ask(api)
    assert (begin["images"], begin["deletedIds"], begin["hasMore"]) == ([], [], False)
    assert begin["seq"] == await feed.latest()
    assert await ask(api, begin["seq"]) == begin, "nothing has happened"
    waiting = await store_images(3)
    await detect(4)
    await delete(settings, before[1])
    copy: dict[UUID, str] = dict.fromkeys(before, "PENDING")
    answer = begin | {"hasMore": True}
    while answer["hasMore"]:
        answer = await ask(api, answer["seq"], first=2)
        assert len(answer["images"]) + len(answer["deletedIds"]) <= 2
        copy |= {decode(image["id"], "Image"): image["state"] for image in answer["images"]}
        for word in answer["deletedIds"]:
            copy.pop(decode(word, "Image"), None)
    assert copy == {
        before[0]: "COMPLETED",
        before[2]: "COMPLETED",
        waiting[0]: "COMPLETED",
        waiting[1]: "PENDING",
        waiting[2]: "PENDING",
    }
    assert answer["seq"] == await feed.latest()


async def test_what_people_say_of_a_box_changes_its_image(api: Api) -> None:
    (image_id,) = await store_images(1)
    await detect(1)
    box, deer = await Detection.get(image_id=image_id), await make.make_deer()
    for change in (
        lambda: reviews.append(box.id, Word(verdict=ReviewVerdict.CONFIRMED, actor="owner")),
        lambda: make.decide(box, deer),
        lambda: make.decide(box, deer, IdentityVerdict.IS_NOT),
        lambda: make.decide(box, deer, IdentityVerdict.UNSURE),
    ):
        seq = await feed.latest()
        await change()
        assert uuids((await ask(api, seq))["images"]) == [image_id]


async def test_what_changes_or_goes_while_one_pages_is_told_later(api: Api, settings: Settings) -> None:
    first, second = await store_images(2)
    await detect(1)
    await delete(settings, second)
    one = await ask(api, 0, first=1)
    assert one["images"] == [{"id": encode("Image", first), "state": "COMPLETED"}], "as it is now"
    two = await ask(api, one["seq"], first=1)
    assert (two["images"], two["deletedIds"], two["hasMore"]) == ([], [], True), "it is gone by now"
    three = await ask(api, two["seq"], first=1)
    assert uuids(three["images"]) == [first], "it changed again since the first page"
    four = await ask(api, three["seq"], first=1)
    assert (four["deletedIds"], four["hasMore"]) == ([encode("Image", second)], False)


async def test_a_bad_number_of_records_is_refused(api: Api) -> None:
    for first, code in ((0, "BAD_PAGE"), (-1, "BAD_PAGE"), (251, "PAGE_TOO_LARGE")):
        assert await api.refused(QUERY, after=0, first=first) == code
        assert await api.refused(QUERY, first=first) == code
    assert (await ask(api, 0, first=250))["hasMore"] is False


async def test_records_cost_as_many_as_are_asked_for(api: Api) -> None:
    query = "query ($first: Int) { changes(after: 0, first: $first) { images { id } } }"

    async def cost(first: int | None) -> int:
        return int((await api.post(query, first=first))["extensions"]["cost"]["requested"])

    assert [await cost(first) for first in (1, 20, 250, None)] == [4, 23, 253, 253]


async def test_dumps_are_named_whose_images_got_other_times_or_places(api: Api) -> None:
    location = await make.make_location()
    dump, other = await make.make_dump(location), await make.make_dump()
    await make.make_image(dump, location=location)
    await make.make_image(other)
    seq = await feed.latest()
    query = """mutation ($input: SetLocationInput!) { setLocation(input: $input) { errors { message } } }"""
    moved = {"dumpId": encode("Dump", other.id), "locationId": encode("Location", location.id)}
    assert (await api.ask(query, input=moved))["setLocation"]["errors"] == []
    answer = await ask(api, seq)
    assert answer["dumpsToReread"] == [{"id": encode("Dump", other.id)}]
    assert answer["images"] == []


async def test_a_dump_is_named_when_its_clocks_are_doubted_once_it_has_settled(api: Api) -> None:
    doubted, fine = await make.make_dump(), await make.make_dump()
    for dump, local in ((doubted, "2010-01-01 03:20:49"), (fine, "2024-07-01 06:00")):
        await make.make_file(dump, FileState.STORED, image=await make_clocked(dump, local))
    seq = await feed.latest()
    for dump in (doubted, fine):
        assert await dumps.settle_quiet(dump.source_id, settle_s=0) == [dump.id]
    assert (await ask(api, seq))["dumpsToReread"] == [{"id": encode("Dump", doubted.id)}]
    image = "{ images(where: {clockDoubt: FACTORY_DATE}) { totalCount } }"
    assert (await api.ask(image))["images"] == {"totalCount": 1}


async def test_the_detector_is_told_whose_boxes_images_show(api: Api) -> None:
    assert (await ask(api))["detector"] is None
    await use_detector("first")
    assert (await ask(api))["detector"] == {"name": "first"}
    await use_detector("second")
    assert (await ask(api))["detector"] == {"name": "second"}


@pytest.mark.parametrize("after", ["pruned", "to come", "none"])
async def test_who_comes_too_late_is_told_with_a_code_and_what_to_do(api: Api, after: str) -> None:
    await store_images(3)
    await client().execute_query("UPDATE feed SET at = at - interval '31 days'")
    newest = await feed.latest()
    await retention.prune(days=30)
    place = {"pruned": newest - 2, "to come": newest + 1, "none": -1}[after]
    answer = await api.post(
        QUERY.replace("{ changes", "{ status { unplacedImageCount } changes"), after=place
    )
    (error,) = answer["errors"]
    assert answer["data"]["changes"] is None
    assert answer["data"]["status"] is not None, "what else was asked is answered"
    assert error["extensions"]["code"] == "FEED_EXPIRED"
    assert "changes without after" in error["message"]
    assert (await ask(api, newest - 1))["seq"] == newest, "it goes back that far"
    (event,) = await feed.read_after(0)
    assert event.kind is FeedKind.IMAGE_STORED
