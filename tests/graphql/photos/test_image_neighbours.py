"""A page that holds the id of a photo alone learns what is before and after it in a list."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.identity import encode

LIST = """query ($where: ImageFilter, $orderBy: ImageOrder) {
    images(where: $where, orderBy: $orderBy, first: 100) { edges { cursor node { id } } } }"""
BESIDE = """query ($imageId: ID!, $where: ImageFilter, $orderBy: ImageOrder) {
    imageNeighbours(imageId: $imageId, where: $where, orderBy: $orderBy) { cursor previous { id } next { id } } }"""
AFTER = """query ($after: String, $before: String, $where: ImageFilter, $orderBy: ImageOrder) {
    images(after: $after, before: $before, where: $where, orderBy: $orderBy, first: 100) { nodes { id } } }"""


async def fill() -> list[str]:
    dump, images = await make.make_dump(), []
    for minute in (0, 1, 1, 2, 3, None, None):
        moment = None if minute is None else make.NOON + dt.timedelta(minutes=minute)
        images.append(await make.make_image(dump, taken_at=moment, damaged=minute in {1, 3}))
    return [encode("Image", image.id) for image in images]


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("by", ["TAKEN", "ARRIVED"])
async def test_each_photo_has_the_neighbours_of_the_list(api: Api, by: str, direction: str) -> None:
    await fill()
    order = {"field": by, "direction": direction}
    for where in ({}, {"damaged": True}, {"date": "2024-11-09"}):
        edges = (await api.ask(LIST, where=where, orderBy=order))["images"]["edges"]
        nodes: list[Any] = [None, *(edge["node"] for edge in edges), None]
        for before, edge, after in zip(nodes, edges, nodes[2:], strict=False):
            told = (await api.ask(BESIDE, imageId=edge["node"]["id"], where=where, orderBy=order))[
                "imageNeighbours"
            ]
            assert told == {"cursor": edge["cursor"], "previous": before, "next": after}


async def test_a_photo_that_the_filter_does_not_find_has_its_place_in_the_list(api: Api) -> None:
    ids = await fill()
    where = {"damaged": True}
    told = (await api.ask(BESIDE, imageId=ids[3], where=where))["imageNeighbours"]
    assert told["previous"] == {"id": ids[4]}
    assert told["next"]["id"] in ids[1:3]
    after = await api.ask(AFTER, where=where, after=told["cursor"])
    first, _ = after["images"]["nodes"]
    assert first == told["next"]
    assert (await api.ask(AFTER, where=where, before=told["cursor"]))["images"]["nodes"] == [{"id": ids[4]}]


async def test_what_is_no_photo_has_no_neighbours(api: Api) -> None:
    await fill()
    gone = await api.ask(BESIDE, imageId=encode("Image", make.unknown_id()))
    assert gone == {"imageNeighbours": None}
    assert await api.refused(BESIDE, imageId=encode("Deer", make.unknown_id())) == "BAD_ID"
    assert await api.refused(BESIDE, imageId="") == "BAD_ID"
