"""What people say of images is told to those who follow them."""

from __future__ import annotations

from uuid import UUID

from tests.api import Api
from tests.live import subscribed, uuids
from tests.pipeline import detect, store_images
from thumper.domain.animal import ReviewVerdict
from thumper.domain.drawn_box import DrawnBox
from thumper.domain.review import Word
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models
from thumper.store.deer import drawn_boxes, empty_images, reviews
from thumper.store.feed import feed
from thumper.store.files import image_deletion
from thumper.store.files.image_deletion import Keeping
from thumper.store.images import marks

CHANGED = """subscription ($where: ImageFilter, $after: BigInt) { imageChanged(where: $where, after: $after) {
    seq snapshot deletedIds images { id star { actor { name } } detections { verdict drawnBy { name } } } } }"""
ADDED = """subscription ($after: BigInt) { detectionAdded(after: $after) {
    seq snapshot detections { id drawnBy { name } } } }"""


def a_box() -> DrawnBox:
    return DrawnBox(x=0.5, y=0.5, width=0.2, height=0.2, actor="test")


async def test_each_thing_that_is_said_is_told_with_the_image_as_it_is_then(
    api: Api, settings: Settings
) -> None:
    one, two = await store_images(2)
    await detect(2)
    async with subscribed(api.url, CHANGED) as subscriber:
        first = await subscriber.next()
        assert (first["snapshot"], first["images"]) == (True, [])
        await marks.star([one], actor="test")
        message = await subscriber.next()
        assert (uuids(message["images"]), message["images"][0]["star"]) == (
            [one],
            {"actor": {"name": "test"}},
        )
        await drawn_boxes.draw(two, a_box())
        message = await subscriber.next()
        assert [box["drawnBy"] for box in message["images"][0]["detections"]] == [None, {"name": "test"}]
        box = await models.Detection.get(image_id=one)
        await reviews.append(box.id, Word(verdict=ReviewVerdict.CONFIRMED, actor="test"))
        message = await subscriber.next()
        assert message["images"][0]["detections"] == [{"verdict": "CONFIRMED", "drawnBy": None}]
        await empty_images.mark([two, one], reject_detections=True, actor="test")
        message = await subscriber.next()
        assert sorted(uuids(message["images"])) == [one, two]
        assert {len(image["detections"]) for image in message["images"]} == {0}
        keeping = Keeping(library=settings.library_dir, zone=settings.zone)
        await image_deletion.delete([two], note="", keeping=keeping)
        message = await subscriber.next()
        assert (message["images"], uuids([{"id": own} for own in message["deletedIds"]])) == ([], [two])


async def test_a_filter_holds_and_a_client_that_comes_back_misses_nothing(api: Api) -> None:
    one, two = await store_images(2)
    async with subscribed(api.url, CHANGED, where={"starred": True}) as subscriber:
        place = (await subscriber.next())["seq"]
    await marks.star([one], actor="test")
    await marks.note(two, "a stump", actor="test")
    await marks.tag([one], ["velvet"], actor="test")
    async with subscribed(api.url, CHANGED, where={"starred": True}, after=place) as subscriber:
        message = await subscriber.next()
        assert (message["snapshot"], uuids(message["images"])) == (False, [one])
        assert message["seq"] == await feed.latest()


async def test_a_drawn_box_is_told_alone_as_a_new_detection(api: Api) -> None:
    (image_id,) = await store_images(1)
    await detect(1, boxes=2)
    async with subscribed(api.url, ADDED) as subscriber:
        place = (await subscriber.next())["seq"]
        drawn = await drawn_boxes.draw(image_id, a_box())
        message = await subscriber.next()
        assert uuids(message["detections"], "Detection") == [drawn.id]
        await drawn_boxes.remove(drawn.id, actor="test")
        await store_images(1)
        (other,) = await detect(1, boxes=1)
        message = await subscriber.next()
        assert [own["drawnBy"] for own in message["detections"]] == [None]
    await drawn_boxes.restore(drawn.id)
    boxes = await models.Detection.filter(image_id=other)
    async with subscribed(api.url, ADDED, after=place) as subscriber:
        told: set[UUID] = set()
        while told != {drawn.id, *(box.id for box in boxes)}:
            told |= set(uuids((await subscriber.next())["detections"], "Detection"))


async def test_an_image_that_is_deleted_takes_what_was_said_of_it_along(api: Api, settings: Settings) -> None:
    (image_id,) = await store_images(1)
    await detect(1)
    drawn = await drawn_boxes.draw(image_id, a_box())
    await marks.tag([image_id], ["velvet", "big eight"], actor="test")
    query = """query ($id: ID!) { deleteImagesPreview(input: {imageIds: [$id]}) {
        effect { detectionCount reviewCount markCount } } }"""
    effect = await api.ask(query, id=encode("Image", image_id))
    assert effect["deleteImagesPreview"]["effect"] == {"detectionCount": 2, "reviewCount": 1, "markCount": 2}
    keeping = Keeping(library=settings.library_dir, zone=settings.zone)
    await image_deletion.delete([image_id], note="", keeping=keeping)
    assert not await models.Mark.exists()
    assert not await models.Review.exists()
    assert not await models.Detection.filter(id=drawn.id).exists()
    assert (await api.ask("{ tags { name } }"))["tags"] == []
