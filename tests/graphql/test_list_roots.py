"""What people and workers did is listed from the root, with filters and in order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests import factories as make
from tests.api import Api
from tests.pipeline import detect, store_images
from thumper.domain.animal import ReviewVerdict
from thumper.domain.progress import BatchKind
from thumper.domain.review import Word
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.deer import reviews
from thumper.store.queue import batches


async def ask(api: Api, root: str, **where: Any) -> list[str]:
    """Return the ids that are found, in order; the total must be as many."""
    kind = {"allDeer": "Deer"}.get(root, root[0].upper() + root[1:].removesuffix("es").removesuffix("s"))
    kind = {"Batch": "Batch", "ClockFix": "ClockFix"}.get(kind, kind)
    query = f"query ($where: {kind}Filter) {{ {root}(where: $where) {{ totalCount nodes {{ id }} }} }}"
    told = (await api.ask(query, where=where))[root]
    assert told["totalCount"] == len(told["nodes"])
    return [node["id"] for node in told["nodes"]]


async def test_batches_are_listed_latest_first(api: Api) -> None:
    await store_images(1, queue=False)
    old = await batches.detect_pending(limit=1)
    await detect(1)
    await store_images(1, queue=False)
    new = await batches.detect_pending(limit=1)
    words = [encode("Batch", batch.id) for batch in (new, old)]
    assert await ask(api, "batches") == words
    assert await ask(api, "batches", finished=False) == words[:1]
    assert await ask(api, "batches", finished=True) == words[1:]
    assert await ask(api, "batches", kind="RETRY") == []
    row = await models.Batch.get(id=old.id)
    assert (row.kind, await ask(api, "batches", createdAfter=row.created_at.isoformat())) == (
        BatchKind.DETECT,
        words,
    )
    assert await ask(api, "batches", createdBefore=row.created_at.isoformat()) == []


async def test_deployments_are_listed_latest_opened_first(api: Api) -> None:
    camera, place = await make.make_camera(), await make.make_location()
    ended = await models.Deployment.create(camera=camera, location=place, ended_at=make.NOON)
    there = await models.Deployment.create(camera=camera, location=await make.make_location())
    words = [encode("Deployment", stay.id) for stay in (there, ended)]
    assert await ask(api, "deployments") == words
    assert await ask(api, "deployments", present=True) == words[:1]
    assert await ask(api, "deployments", present=False) == words[1:]
    assert await ask(api, "deployments", locationId=encode("Location", place.id)) == words[1:]
    assert await ask(api, "deployments", cameraId=encode("Camera", camera.id)) == words
    opened = (await models.Deployment.get(id=there.id)).created_at.isoformat()
    assert await ask(api, "deployments", openedAfter=opened) == words[:1]
    assert await ask(api, "deployments", openedBefore=opened) == words[1:]


async def test_sightings_of_all_deer_are_listed_by_capture_time(api: Api) -> None:
    detector, place = await make.make_detector(), await make.make_location()
    told = []
    for minute in (2, 0, 1):
        taken_at = make.NOON + dt.timedelta(minutes=minute)
        image, (box,) = await make.make_boxed_image(
            await make.make_dump(), detector, taken_at=taken_at, location=place if minute == 1 else None
        )
        deer = await make.make_deer()
        told.append((await make.make_sighting(box, deer), image, deer))
    by_capture = [encode("Sighting", told[index][0].id) for index in (0, 2, 1)]
    assert await ask(api, "sightings") == by_capture
    assert await ask(api, "sightings", deerId=encode("Deer", told[1][2].id)) == by_capture[2:]
    assert await ask(api, "sightings", imageId=encode("Image", told[0][1].id)) == by_capture[:1]
    assert await ask(api, "sightings", locationId=encode("Location", place.id)) == by_capture[1:2]
    noon = make.NOON + dt.timedelta(minutes=1)
    assert await ask(api, "sightings", takenAfter=noon.isoformat()) == by_capture[:2]
    assert await ask(api, "sightings", takenBefore=noon.isoformat()) == by_capture[2:]
    query = "{ sightings(orderBy: {field: CREATED, direction: ASC}) { nodes { id } } }"
    assert [node["id"] for node in (await api.ask(query))["sightings"]["nodes"]] == [
        encode("Sighting", sighting.id) for sighting, _, _ in told
    ]


async def test_reviews_are_listed_latest_first_also_those_that_were_replaced(api: Api) -> None:
    image, boxes = await make.make_boxed_image(await make.make_dump(), await make.make_detector(), boxes=2)
    said = [
        (await reviews.append(box.id, Word(verdict=verdict, actor="owner")))[0]
        for box, verdict in (
            (boxes[0], ReviewVerdict.REJECTED),
            (boxes[1], ReviewVerdict.CONFIRMED),
            (boxes[0], ReviewVerdict.CONFIRMED),
        )
    ]
    words = [encode("Review", review.id) for review in reversed(said)]
    assert await ask(api, "reviews") == words
    assert await ask(api, "reviews", imageId=encode("Image", image.id)) == words
    assert await ask(api, "reviews", detectionId=encode("Detection", boxes[1].id)) == words[1:2]
    assert await ask(api, "reviews", verdict="REJECTED") == words[2:]
    second = (await models.Review.get(id=said[1].id)).created_at.isoformat()
    assert await ask(api, "reviews", createdAfter=second) == words[:2]
    assert await ask(api, "reviews", createdBefore=second) == words[2:]


async def test_repairs_of_clocks_are_listed_latest_first(api: Api) -> None:
    dump = await make.make_dump()
    stay = await models.Deployment.create(
        camera=await make.make_camera(), location=await make.make_location()
    )
    old = await models.ClockFix.create(dump_id=dump.id, offset_s=60, undone_at=make.NOON)
    new = await models.ClockFix.create(deployment_id=stay.id, offset_s=-60)
    words = [encode("ClockFix", fix.id) for fix in (new, old)]
    assert await ask(api, "clockFixes") == words
    assert await ask(api, "clockFixes", undone=False) == words[:1]
    assert await ask(api, "clockFixes", undone=True) == words[1:]
    assert await ask(api, "clockFixes", dumpId=encode("Dump", dump.id)) == words[1:]
    assert await ask(api, "clockFixes", deploymentId=encode("Deployment", stay.id)) == words[:1]
