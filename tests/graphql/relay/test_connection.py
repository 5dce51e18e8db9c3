from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from tests.api import Api
from thumper.domain.card_order import sort_name
from thumper.graphql.refusal import RequestError
from thumper.graphql.relay.connection import Paging
from thumper.graphql.relay.cursor import decode_cursor, encode_cursor
from thumper.store.images.images import TAKEN
from thumper.store.postgres.ids import new_id

pytestmark = pytest.mark.slow  # as a whole: a real API, and clocks that run on

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $order: ImageOrder) {
  images(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { fileName takenAt }
    edges { cursor node { fileName } } } }"""


async def _walk(api: Api, *, forward: bool, order: dict[str, str], between: Any = None) -> list[str]:
    """Page through all images by sevens; return their names in the list's own order."""
    seen: list[str] = []
    where: dict[str, Any] = {"first": 7} if forward else {"last": 7}
    while True:
        page = (await api.ask(PAGE, order=order, **where))["images"]
        names = [node["fileName"] for node in page["nodes"]]
        assert names == [edge["node"]["fileName"] for edge in page["edges"]]
        seen = seen + names if forward else names + seen
        info = page["pageInfo"]
        if not info["hasNextPage" if forward else "hasPreviousPage"]:
            return seen
        where = (
            {"first": 7, "after": info["endCursor"]}
            if forward
            else {"last": 7, "before": info["startCursor"]}
        )
        if between is not None:
            await between()


@pytest.mark.parametrize("forward", [True, False])
async def test_paging_while_images_arrive_skips_none_and_repeats_none(api: Api, forward: bool) -> None:
    dump = await make.make_dump()
    before = await make.make_images(dump, 40)
    before += [await make.make_image(dump, taken_at=None) for _ in range(5)]
    names = {image.file_name for image in before}

    async def arrive() -> None:
        # Before, among and after what was shown already, with equal times and without one.
        for taken_at in (make.NOON - dt.timedelta(days=1), make.NOON, make.NOON + dt.timedelta(days=1), None):
            await make.make_image(dump, taken_at=taken_at)

    for direction in ("ASC", "DESC"):
        order = {"field": "TAKEN", "direction": direction}
        seen = await _walk(api, forward=forward, order=order, between=arrive)
        assert len(seen) == len(set(seen))
        assert [name for name in seen if name in names] == _expected(before, direction)


def _expected(images: list[Any], direction: str) -> list[str]:
    timed = sorted(
        (image for image in images if image.taken_at), key=lambda image: (image.taken_at, image.id)
    )
    untimed = sorted((image for image in images if not image.taken_at), key=lambda image: image.id)
    if direction == "DESC":
        timed.reverse()
        untimed.reverse()
    return [image.file_name for image in timed + untimed]


async def test_paging_by_arrival_gives_every_image_once_in_both_directions(api: Api) -> None:
    dump = await make.make_dump()
    names = [image.file_name for image in await make.make_images(dump, 20)]
    for forward in (True, False):
        order = {"field": "ARRIVED", "direction": "ASC"}
        assert await _walk(api, forward=forward, order=order) == names
        order = {"field": "ARRIVED", "direction": "DESC"}
        assert await _walk(api, forward=forward, order=order) == names[::-1]


async def test_a_page_has_50_items_unless_asked_otherwise_and_100_at_most(api: Api) -> None:
    await make.make_images(await make.make_dump(), 60)
    assert len((await api.ask(PAGE))["images"]["nodes"]) == 50
    assert len((await api.ask(PAGE, first=100))["images"]["nodes"]) == 60
    assert (await api.ask(PAGE, first=0))["images"]["totalCount"] == 60
    assert await api.refused(PAGE, first=101) == "PAGE_TOO_LARGE"
    assert await api.refused(PAGE, last=101) == "PAGE_TOO_LARGE"
    assert await api.refused(PAGE, first=-1) == "BAD_PAGE"
    assert await api.refused(PAGE, first=1, last=1) == "BAD_PAGE"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "zzz",
        "A" * 5000,
        "😀",
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
        base64.urlsafe_b64encode(b'[1,"captured-newest","yesterday","","x"]').decode(),
        base64.urlsafe_b64encode(b'[1,"captured-newest"]').decode(),
        base64.urlsafe_b64encode(b'[1,"captured-newest","2024-11-09T12:00:00","",4]').decode(),
        base64.urlsafe_b64encode(b'{"v": 1}').decode(),
    ],
)
async def test_a_cursor_that_was_not_made_here_is_refused(cursor: str) -> None:
    with pytest.raises(RequestError) as refused:
        Paging(after=cursor).cut(TAKEN.descending)
    assert refused.value.extensions == {"code": "BAD_CURSOR"}


def test_a_cursor_from_before_photos_of_one_instant_had_an_order_is_refused() -> None:
    def cursor(*values: str) -> str:
        written = json.dumps([1, "captured-newest", *values], separators=(",", ":"))
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")

    moment, uuid = "2024-11-09T12:00:00+00:00", "00000000-0000-7000-8000-000000010001"
    with pytest.raises(RequestError) as refused:
        Paging(after=cursor(moment, uuid)).cut(TAKEN.descending)
    assert refused.value.extensions == {"code": "BAD_CURSOR"}
    assert Paging(after=cursor(moment, "", uuid)).cut(TAKEN.descending).after is not None


async def test_a_cursor_of_another_order_is_refused(api: Api) -> None:
    await make.make_images(await make.make_dump(), 2)
    cursor = (await api.ask(PAGE, first=1))["images"]["pageInfo"]["endCursor"]
    order = {"field": "ARRIVED", "direction": "DESC"}
    assert await api.refused(PAGE, after=cursor, order=order) == "BAD_CURSOR"


@given(
    st.datetimes(timezones=st.just(dt.UTC)),
    st.booleans(),
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=300).map(
        lambda path: sort_name(path, camera="0123abcd")
    ),
)
def test_a_cursor_gives_back_exactly_what_was_put_in(taken_at: dt.datetime, untimed: bool, name: str) -> None:
    position = (untimed, taken_at, name, new_id())
    assert decode_cursor(encode_cursor(TAKEN.ascending, position), TAKEN.ascending) == position


async def test_many_clients_may_page_at_the_same_time(api: Api) -> None:
    await make.make_images(await make.make_dump(), 10)
    answers = await asyncio.gather(*(api.ask(PAGE, first=5) for _ in range(20)))
    assert len({json.dumps(answer) for answer in answers}) == 1
