"""Stars, tags and notes: kept with who and when, found by filters, counted, told to followers."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.api import Api
from thumper.domain.mark import MOST_IMAGES
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.images import withdrawal
from thumper.store.postgres.connect import client

MARKS = "images { id star { actor { name } createdAt } tags { name actor { name } } note { text } }"
ERRORS = "errors { __typename code path }"
CHANGE = f"mutation ($input: %sInput!) {{ %s(input: $input) {{ {MARKS} {ERRORS} }} }}"
NOTE = f"""mutation ($input: SetImageNoteInput!) {{ setImageNote(input: $input) {{
    image {{ note {{ text actor {{ name }} createdAt }} }} {ERRORS} }} }}"""


def ids_of(*images: models.Image) -> list[str]:
    return [encode("Image", image.id) for image in images]


async def change(api: Api, name: str, *images: models.Image, **values: Any) -> Any:
    query = CHANGE % (f"{name[0].upper()}{name[1:]}", name)
    return (await api.ask(query, input={"imageIds": ids_of(*images)} | values))[name]


async def found(api: Api, **where: Any) -> set[str]:
    query = "query ($where: ImageFilter) { images(where: $where) { totalCount nodes { id } } }"
    page = (await api.ask(query, where=where))["images"]
    assert page["totalCount"] == len(page["nodes"])
    return {node["id"] for node in page["nodes"]}


@pytest.fixture
async def images(api: Api) -> list[models.Image]:
    await make.make_detector()
    return await make.make_images(await make.make_dump(), 3)


async def told() -> list[str]:
    return [event.kind.name for event in await feed.read_after(0)]


async def test_a_star_is_given_once_taken_back_and_found(api: Api, images: list[models.Image]) -> None:
    one, two, three = images
    starred = await change(api, "starImages", two, one)
    assert [image["id"] for image in starred["images"]] == ids_of(two, one)
    first = starred["images"][0]["star"]
    assert first["actor"] == {"name": "owner"}
    again = await change(api, "starImages", two)
    assert again["images"][0]["star"] == first
    assert await found(api, starred=True) == set(ids_of(one, two))
    assert await found(api, starred=False) == set(ids_of(three))
    assert (await change(api, "unstarImages", one, three))["images"][0]["star"] is None
    assert await found(api, starred=True) == set(ids_of(two))
    assert await told() == ["IMAGE_MARKED"] * 3
    kept = await models.Mark.filter(image_id=one.id).first()
    assert kept is not None
    assert (kept.actor, kept.undone_by) == ("owner", "owner")


async def test_tags_are_one_whatever_their_case_and_are_counted(api: Api, images: list[models.Image]) -> None:
    one, two, three = images
    await change(api, "tagImages", one, two, tags=["Big  Eight", "velvet"])
    tagged = await change(api, "tagImages", two, three, tags=["big eight", "BIG EIGHT"])
    assert [[tag["name"] for tag in image["tags"]] for image in tagged["images"]] == [
        ["Big Eight", "velvet"],
        ["big eight"],
    ]
    assert await found(api, tag="BIG eight") == set(ids_of(*images))
    query = "query ($name: String) { tags(nameContains: $name) { name imageCount } }"
    counts = [{"name": "Big Eight", "imageCount": 3}, {"name": "velvet", "imageCount": 2}]
    assert (await api.ask(query))["tags"] == counts
    assert (await api.ask(query, name="VEL"))["tags"] == counts[1:]
    await change(api, "untagImages", *images, tags=["BIG EIGHT"])
    assert (await api.ask(query))["tags"] == counts[1:]
    assert await found(api, tag="Big Eight") == set()


async def test_names_are_found_however_their_accents_and_blanks_are_typed(
    api: Api, images: list[models.Image]
) -> None:
    kept, typed = unicodedata.normalize("NFC", "Élan  noir"), unicodedata.normalize("NFD", "élan\u00a0 NOIR")
    await change(api, "tagImages", images[0], tags=[typed])
    await make.make_deer(" ".join(kept.split()))
    await make.make_location(" ".join(kept.split()))
    assert await found(api, tag=f" {typed} ") == set(ids_of(images[0]))
    query = """query ($part: String) { tags(nameContains: $part) { imageCount }
        allDeer(where: {nameContains: $part}) { totalCount }
        locations(where: {nameContains: $part}) { totalCount } }"""
    for part in (typed, kept, typed[:4], "n \t n"):
        assert await api.ask(query, part=part) == {
            "tags": [{"imageCount": 1}],
            "allDeer": {"totalCount": 1},
            "locations": {"totalCount": 1},
        }, part


async def test_a_note_replaces_the_one_before_which_is_kept(api: Api, images: list[models.Image]) -> None:
    (one, *others) = images

    async def write(text: str) -> Any:
        answer = await api.ask(NOTE, input={"imageId": encode("Image", one.id), "text": text})
        return answer["setImageNote"]["image"]["note"]

    assert (await write("limps"))["actor"] == {"name": "owner"}
    assert (await write("limps, left hind leg"))["text"] == "limps, left hind leg"
    assert await found(api, withoutNote=False) == set(ids_of(one))
    assert await found(api, withoutNote=True) == set(ids_of(*others))
    await write("limps, left hind leg")
    assert await write(" ") is None
    assert await write("") is None
    assert await found(api, withoutNote=False) == set()
    assert [mark.text for mark in await models.Mark.all().order_by("id")] == ["limps", "limps, left hind leg"]
    assert await told() == ["IMAGE_MARKED"] * 3


async def test_what_is_refused_names_each_item_and_changes_none(api: Api, images: list[models.Image]) -> None:
    unknown = models.Image(id=make.unknown_id())
    refused = await change(api, "starImages", unknown, images[0], unknown)
    assert refused["images"] is None
    assert [error["path"] for error in refused["errors"]] == [
        ["input", "imageIds", "0"],
        ["input", "imageIds", "2"],
    ]
    assert {error["code"] for error in refused["errors"]} == {"NOT_FOUND"}
    for values, path in (
        ({"tags": []}, ["tags"]),
        ({"tags": ["fine", " "]}, ["tags", "1"]),
        ({"tags": [str(n) for n in range(21)]}, ["tags"]),
    ):
        (error,) = (await change(api, "tagImages", images[0], **values))["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", *path])
    (error,) = (await change(api, "unstarImages"))["errors"]
    assert error["path"] == ["input", "imageIds"]
    (error,) = (await change(api, "starImages", *[images[0]] * (MOST_IMAGES + 1)))["errors"]
    assert error["path"] == ["input", "imageIds"]
    nothing = {"imageId": encode("Image", make.unknown_id()), "text": "x"}
    (error,) = (await api.ask(NOTE, input=nothing))["setImageNote"]["errors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "imageId"])
    assert not await models.Mark.exists()
    assert await told() == []


async def test_five_hundred_images_are_marked_in_one_request(api: Api) -> None:
    await make.make_detector()
    dump = await make.make_dump()
    await client().execute_query(
        """
        INSERT INTO image (id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px, dump_id,
            damaged, state, time_source, clock_offset_s, sort_at, exif)
        SELECT gen_random_uuid(), sha256(n::text::bytea), 1, 'image/jpeg', n || '.jpg', '/x', 10, 10, $1, FALSE,
            'completed', 'none', 0, '1970-01-01T00:00:00Z', '{}' FROM generate_series(1, 500) AS n
        """,
        [dump.id],
    )
    images = await models.Image.all()
    tagged = await change(api, "tagImages", *images, tags=["whole card", "2026"])
    assert tagged["errors"] == []
    assert len(tagged["images"]) == 500
    assert {len(image["tags"]) for image in tagged["images"]} == {2}


async def test_an_image_of_which_a_person_said_something_is_not_withdrawn(
    api: Api, images: list[models.Image]
) -> None:
    await change(api, "starImages", images[0])
    await change(api, "starImages", images[1])
    await change(api, "unstarImages", images[1])
    async with in_transaction("default") as transaction:
        unspoken = await withdrawal.lock_unspoken(transaction, [image.id for image in images])
    assert unspoken == {images[1].id, images[2].id}
