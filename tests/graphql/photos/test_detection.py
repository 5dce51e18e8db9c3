from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.graphql.relay.identity import encode

NAMES = """query ($where: DetectionFilter, $order: DetectionOrder) { detections(where: $where, orderBy: $order)
  { totalCount nodes { predicted { label } } } }"""


async def _found(api: Api, order: Any = None, **where: Any) -> list[str]:
    answer = (await api.ask(NAMES, where=where, order=order))["detections"]
    assert answer["totalCount"] == len(answer["nodes"])
    return [node["predicted"]["label"] for node in answer["nodes"]]


async def test_detections_are_found_by_every_filter(api: Api) -> None:
    old, detector = await make.make_detector(current=False), await make.make_detector()
    location, dump, other = await make.make_location(), await make.make_dump(), await make.make_dump()
    first, (a,) = await make.make_boxed_image(dump, detector, location=location)
    await a.update_from_dict({"label": "a"}).save()
    run = await make.make_run(await make.make_image(other, taken_at=None), detector)
    b = await make.make_detection(run, label="b", sex="female", life_stage="juvenile", verdict="confirmed")
    await make.make_detection(run, label="c", duplicate_of=0, species=None, confidence=0.3)
    await make.make_detection(run, label="faint", shown=False, confidence=0.06)
    await make.make_detection(run, label="stump", verdict="rejected")
    await make.make_detection(await make.make_run(first, old), label="older")
    deer = await make.make_deer()
    await make.make_sighting(b, deer)

    async def found(**where: Any) -> set[str]:
        return set(await _found(api, **where))

    assert await found() == {"a", "b", "c"}
    assert await found(imageId=encode("Image", first.id)) == {"a"}
    assert await found(locationId=encode("Location", location.id)) == {"a"}
    assert await found(dumpId=encode("Dump", other.id)) == {"b", "c"}
    assert await found(detectorId=encode("Detector", old.id)) == {"older"}
    assert await found(species=" odocoileus  virginianus") == {"a", "b"}
    assert await found(sex="FEMALE") == {"b"}
    assert await found(lifeStage="JUVENILE") == {"b"}
    assert await found(label="c") == await found(predictedLabel="c") == {"c"}
    assert await found(minConfidence=0.05) == {"a", "b", "c", "faint"}
    assert await found(minConfidence=0.5) == {"a", "b"}
    assert await found(deerId=encode("Deer", deer.id)) == {"b"}
    assert await found(withoutDeer=False) == {"b"}
    assert await found(withoutDeer=True) == {"a", "c"}
    assert await found(reviewed=True) == {"b"}
    assert await found(reviewed=False) == {"a", "c"}
    assert await found(verdict="REJECTED") == {"stump"}
    assert await found(includeDuplicates=False) == {"a", "b"}
    assert await found(takenAfter="2024-11-09T12:00:00Z") == {"a"}
    assert await found(takenBefore="2024-11-09T12:00:00Z") == set()


async def test_detections_are_found_by_several_values_and_by_what_their_image_lacks(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    location, camera = await make.make_location(), await make.make_camera()
    here = await make.make_image(dump, location=location, camera=camera)
    nowhere = await make.make_image(dump, taken_at=None)
    for image, labels in ((here, "a"), (nowhere, "bc")):
        run = await make.make_run(image, detector)
        for ordinal, label in enumerate(labels):
            await make.make_detection(run, ordinal=ordinal, label=label)
    places = [encode("Location", own) for own in (location.id, make.unknown_id())]
    word = encode("Camera", camera.id)
    for where in (
        {"locationIds": places},
        {"withoutLocation": False},
        {"cameraId": word},
        {"cameraIds": [word]},
        {"withoutCamera": False},
        {"withoutTakenAt": False},
        {"labels": ["a", "fox"]},
    ):
        assert await _found(api, **where) == ["a"], where
    for where in (
        {"withoutLocation": True},
        {"withoutCamera": True},
        {"withoutTakenAt": True},
        {"labels": ["b", "c"]},
    ):
        assert set(await _found(api, **where)) == {"b", "c"}, where


async def test_detections_are_ordered_by_capture_arrival_or_confidence_both_ways(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    images = await make.make_images(dump, 2)
    untimed = await make.make_image(dump, taken_at=None)
    boxes = ((untimed, "untimed", 0.5), (images[1], "late", 0.9), (images[0], "early", 0.7))
    for image, label, confidence in boxes:
        await make.make_detection(await make.make_run(image, detector), label=label, confidence=confidence)

    async def ordered(field: str, direction: str) -> list[str]:
        return await _found(api, order={"field": field, "direction": direction})

    assert await _found(api) == ["late", "early", "untimed"]
    assert await ordered("TAKEN", "DESC") == ["late", "early", "untimed"]
    assert await ordered("TAKEN", "ASC") == ["early", "late", "untimed"]
    assert await ordered("CREATED", "ASC") == ["untimed", "late", "early"]
    assert await ordered("CREATED", "DESC") == ["early", "late", "untimed"]
    assert await ordered("CONFIDENCE", "DESC") == ["late", "early", "untimed"]
    assert await ordered("CONFIDENCE", "ASC") == ["untimed", "early", "late"]


async def test_detections_are_paged_in_every_order(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    for number in range(5):
        run = await make.make_run(await make.make_image(dump), detector)
        for box in range(2):
            await make.make_detection(run, label=f"{number}/{box}")
    query = """query ($order: DetectionOrder, $after: String) { detections(first: 3, after: $after, orderBy: $order)
      { pageInfo { hasNextPage endCursor } nodes { predicted { label } } } }"""
    for field in ("TAKEN", "CREATED", "CONFIDENCE"):
        for direction in ("ASC", "DESC"):
            seen: list[str] = []
            after = None
            while True:
                order = {"field": field, "direction": direction}
                page = (await api.ask(query, order=order, after=after))["detections"]
                seen += [node["predicted"]["label"] for node in page["nodes"]]
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
            assert len(seen) == len(set(seen)) == 10
