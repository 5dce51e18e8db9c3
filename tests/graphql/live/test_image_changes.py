"""Keeping a copy up to date by asking now and then: nothing is missed, and who comes too late is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.api import Api
from tests.factories import make_dump
from tests.live import uuids
from tests.pipeline import detect, store_images
from thumper.domain.feed import FeedKind
from thumper.graphql.live import image_changes, subscription_stream
from thumper.graphql.relay.identity import decode, encode
from thumper.settings import Settings
from thumper.store.feed import feed, retention
from thumper.store.files import image_deletion
from thumper.store.files.image_deletion import Keeping
from thumper.store.postgres.connect import client

QUERY = """query($after: BigInt, $where: ImageFilter) { imageChanges(after: $after, where: $where) {
    seq hasMore images { id state } deletedIds } }"""


async def ask(api: Api, after: int | None = None, **variables: Any) -> dict[str, Any]:
    changes: dict[str, Any] = (await api.ask(QUERY, after=after, **variables))["imageChanges"]
    return changes


async def test_a_copy_that_asks_now_and_then_has_everything(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription_stream, "MOST_ITEMS", 2)
    monkeypatch.setattr(image_changes, "PAGE_EVENTS", 4)
    await store_images(9)
    await detect(2)
    begin = await ask(api)
    assert (begin["images"], begin["deletedIds"], begin["hasMore"]) == ([], [], False)
    assert begin["seq"] == await feed.latest()
    assert await ask(api, begin["seq"]) == begin, "nothing has happened"
    expected = await detect(5)
    gone = expected.pop(1)
    keeping = Keeping(library=settings.library_dir, zone=settings.zone)
    await image_deletion.delete([gone], note="", keeping=keeping)
    seen: list[UUID] = []
    deleted: list[UUID] = []
    answer = begin | {"hasMore": True}
    while answer["hasMore"]:
        answer = await ask(api, answer["seq"])
        assert len(answer["images"]) <= 2
        seen += uuids(answer["images"])
        deleted += [decode(word, "Image") for word in answer["deletedIds"]]
    assert (seen, deleted) == (expected, [gone])
    assert answer["seq"] == await feed.latest()


async def test_a_filter_holds(api: Api) -> None:
    wanted, other = await make_dump(), await make_dump()
    await store_images(1, dump=other)
    expected = await store_images(1, dump=wanted)
    await detect(2)
    answer = await ask(api, 0, where={"dumpId": encode("Dump", wanted.id)})
    assert uuids(answer["images"]) == expected


@pytest.mark.parametrize("after", ["pruned", "to come", "none"])
async def test_who_comes_too_late_is_told_with_a_code_and_what_to_do(api: Api, after: str) -> None:
    await store_images(3)
    await client().execute_query("UPDATE feed SET at = at - interval '31 days'")
    newest = await feed.latest()
    await retention.prune(days=30)
    place = {"pruned": newest - 2, "to come": newest + 1, "none": -1}[after]
    (error,) = (await api.post(QUERY, after=place))["errors"]
    assert error["extensions"]["code"] == "FEED_EXPIRED"
    assert "imageChanges without after" in error["message"]
    assert (await ask(api, newest - 1))["seq"] == newest, "it goes back that far"
    (event,) = await feed.read_after(0)
    assert event.kind is FeedKind.IMAGE_STORED
