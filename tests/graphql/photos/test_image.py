from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.pipeline import detect, store_images
from thumper.domain.capture_time import TimeSource
from thumper.domain.moon import MoonPhase
from thumper.domain.progress import FileState, ImageState
from thumper.graphql.relay.identity import encode
from thumper.store.models import Image
from thumper.store.postgres.connect import client

NAMES = "query ($where: ImageFilter) { images(where: $where) { totalCount nodes { fileName } } }"


async def _found(api: Api, **where: Any) -> set[str]:
    answer = (await api.ask(NAMES, where=where))["images"]
    assert answer["totalCount"] == len(answer["nodes"])
    return {node["fileName"] for node in answer["nodes"]}


EVERYTHING = """{ images { nodes { id fileName sha256 sizeBytes mediaType widthPx heightPx takenAt
    takenAtLocal cameraClock timeSource
  clockOffsetSeconds damaged state processedAt arrivedAt error { code } coordinates { latitude longitude }
  job { state held attemptCount device engine milliseconds queuedAt startedAt finishedAt detector { name } }
  location { name } camera { make } dump { folder } urls { thumb view original }
  detections { id ordinal duplicateOf { ordinal } counted verdict
  shown { label species { scientificName } sex lifeStage }
  predicted { label species { scientificName } sex lifeStage confidence }
  box { x y width height } image { fileName } detector { name current labels { name sex threshold
    species { scientificName } } }
  deer { name } sighting { id } reviews { verdict } } } } }"""


async def test_an_image_gives_everything_that_is_known_of_it(api: Api) -> None:
    detector, location = await make.make_detector(), await make.make_location("Creek Bed")
    image, _ = await make.make_boxed_image(
        await make.make_dump(location),
        detector,
        location=location,
        camera=await make.make_camera(make="RECONYX"),
        boxes=2,
        latitude=30.5,
        longitude=-97.5,
        taken_local=dt.datetime(2024, 11, 9, 6),  # noqa: DTZ001  # what the camera's clock showed
        clock_source=TimeSource.EXIF_ORIGINAL,
    )
    (node,) = (await api.ask(EVERYTHING))["images"]["nodes"]
    assert (node["takenAt"], node["cameraClock"]) == ("2024-11-09T12:00:00+00:00", "2024-11-09T06:00:00")
    assert node["takenAtLocal"] == "2024-11-09T06:00:00"
    assert node["timeSource"] == "EXIF_ORIGINAL"
    assert node["coordinates"] == {"latitude": 30.5, "longitude": -97.5}
    assert (node["location"], node["camera"]) == ({"name": "Creek Bed"}, {"make": "RECONYX"})
    assert node["sha256"] == image.sha256.hex()
    assert (node["job"]["milliseconds"], node["job"]["attemptCount"]) == (12.5, 1)
    assert node["urls"]["thumb"] == f"{api.url}/media/{node['id']}/thumb"
    assert [box["ordinal"] for box in node["detections"]] == [0, 1]
    box = node["detections"][0]
    assert box["box"] == {"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4}
    assert (box["shown"]["sex"], box["image"]) == ("MALE", {"fileName": image.file_name})
    labels = [(label["name"], label["species"]) for label in box["detector"]["labels"]]
    assert labels == [("buck", {"scientificName": "Odocoileus virginianus"}), ("doe", None)]


async def test_the_time_of_satellites_is_no_clock_of_the_camera(api: Api) -> None:
    dump = await make.make_dump()
    for source in (TimeSource.GPS, TimeSource.EXIF_ORIGINAL):
        local = make.NOON.replace(tzinfo=None)
        await make.make_image(dump, time_source=source, clock_source=source, taken_local=local)
    nodes = (await api.ask("{ images { nodes { clockSource cameraClock takenAt } } }"))["images"]["nodes"]
    assert {node["clockSource"]: node["cameraClock"] for node in nodes} == {
        "GPS": None,
        "EXIF_ORIGINAL": "2024-11-09T12:00:00",
    }


async def test_a_failed_image_says_why_and_what_to_do(api: Api) -> None:
    dump = await make.make_dump()
    await make.make_image(dump, state=ImageState.FAILED, error_code="TRUNCATED", error="It ends at 3 kB.")
    query = "{ images(where: {state: FAILED}) { nodes { job { state } error { code message whatToDo } } } }"
    (node,) = (await api.ask(query))["images"]["nodes"]
    assert node["job"] is None
    assert node["error"]["code"] == "TRUNCATED"
    assert node["error"]["message"] == "It ends at 3 kB."
    assert "Copy it from the card again" in node["error"]["whatToDo"]


async def test_damaged_photos_are_found(api: Api) -> None:
    dump = await make.make_dump()
    damaged = (await make.make_image(dump, damaged=True)).file_name
    whole = (await make.make_image(dump)).file_name
    assert await _found(api, damaged=True) == {damaged}
    assert await _found(api, damaged=False) == {whole}


async def test_images_are_found_by_place_camera_dump_state_and_time_source(api: Api) -> None:
    location, camera = await make.make_location(), await make.make_camera()
    dump, other = await make.make_dump(), await make.make_dump()
    here = (await make.make_image(dump, location=location)).file_name
    theirs = (await make.make_image(dump, camera=camera)).file_name
    pending = (await make.make_image(other, state=ImageState.PENDING)).file_name
    named = (await make.make_image(other, time_source=TimeSource.FILE_NAME)).file_name
    untimed = (await make.make_image(other, taken_at=None)).file_name
    everything = {here, theirs, pending, named, untimed}
    assert await _found(api) == everything
    assert await _found(api, locationId=encode("Location", location.id)) == {here}
    assert await _found(api, cameraId=encode("Camera", camera.id)) == {theirs}
    assert await _found(api, dumpId=encode("Dump", dump.id)) == {here, theirs}
    assert await _found(api, state="PENDING") == {pending}
    assert await _found(api, timeSource="FILE_NAME") == {named}
    assert await _found(api, timeSource="NONE") == {untimed}
    await Image.filter(file_name=here).update(offset_unreadable=True)
    assert await _found(api, offsetUnreadable=True) == {here}
    assert await _found(api, offsetUnreadable=False) == everything - {here}
    assert await _found(api, dumpId=encode("Dump", dump.id), state="PENDING") == set()
    assert await _found(api, locationId=encode("Location", make.unknown_id())) == set()


async def test_images_are_found_by_several_values_and_by_what_they_lack(api: Api) -> None:
    oak, creek, ridge = [await make.make_location() for _ in range(3)]
    camera, dump = await make.make_camera(), await make.make_dump()
    oaks = (await make.make_image(dump, location=oak)).file_name
    creeks = (await make.make_image(dump, location=creek, state=ImageState.PENDING)).file_name
    theirs = (await make.make_image(dump, location=ridge, camera=camera, taken_at=None)).file_name
    failed = (await make.make_image(dump, state=ImageState.FAILED, error_code="CORRUPT")).file_name
    everything, ids = {oaks, creeks, theirs, failed}, [encode("Location", own.id) for own in (oak, creek)]
    assert await _found(api, locationIds=ids) == {oaks, creeks}
    assert await _found(api, locationIds=ids[:1]) == {oaks}
    assert await _found(api, locationIds=[]) == set()
    assert await _found(api, locationIds=ids, locationId=ids[1]) == {creeks}
    assert await _found(api, locationIds=None, state=None) == everything
    assert await _found(api, cameraIds=[encode("Camera", camera.id)]) == {theirs}
    assert await _found(api, states=["PENDING", "FAILED"]) == {creeks, failed}
    assert await _found(api, withoutLocation=True) == {failed}
    assert await _found(api, withoutLocation=False) == everything - {failed}
    assert await _found(api, withoutCamera=True) == everything - {theirs}
    assert await _found(api, withoutTakenAt=True) == {theirs}
    assert await _found(api, withoutTakenAt=False) == everything - {theirs}
    assert await api.refused(NAMES, where={"locationIds": ids * 51}) == "BAD_VALUE"
    assert await api.refused(NAMES, where={"cameraIds": ids}) == "BAD_ID"


async def test_bounds_on_the_arrival_include_the_first_and_exclude_the_last_instant(api: Api) -> None:
    dump = await make.make_dump()
    hours = [make.NOON + dt.timedelta(hours=number) for number in range(3)]
    names = [(await make.make_image(dump, created_at=hour)).file_name for hour in hours]
    first, second, third = (hour.isoformat() for hour in hours)
    assert await _found(api, arrivedAfter=second) == set(names[1:])
    assert await _found(api, arrivedBefore=second) == {names[0]}
    assert await _found(api, arrivedAfter=first, arrivedBefore=third) == set(names[:2])


async def test_capture_time_bounds_include_the_first_and_exclude_the_last_instant(api: Api) -> None:
    dump = await make.make_dump()
    names = [image.file_name for image in await make.make_images(dump, 3)]
    await make.make_image(dump, taken_at=None)
    assert await _found(api, takenAfter="2024-11-09T12:01:00Z") == {names[1], names[2]}
    assert await _found(api, takenBefore="2024-11-09T06:01:00-06:00") == {names[0]}
    assert await _found(api, takenAfter="2024-11-09T12:01:00Z", takenBefore="2024-11-09T12:02:00Z") == {
        names[1]
    }
    query = '{ images(where: {takenAfter: "2024-11-09T12:01:00"}) { totalCount } }'
    assert await api.refused(query) == "BAD_QUERY"


async def test_images_are_found_by_the_name_and_the_path_of_their_files(api: Api) -> None:
    dump, later = await make.make_dump(), await make.make_dump()
    one = await make.make_image(dump, file_name="IMG_0001.JPG")
    two = await make.make_image(dump, file_name="IMG_0002.JPG")
    for delivery, image, path, state in (
        (dump, one, "creek/IMG_0001.JPG", FileState.STORED),
        (dump, two, "creek/IMG_0002.JPG", FileState.STORED),
        (later, one, "barn/again.jpg", FileState.DUPLICATE),
    ):
        await make.make_file(delivery, state, image=image, path=path.encode(), display_path=path)
    assert (
        await _found(api, fileName="img_0001.jpg")
        == await _found(api, fileName="again.jpg")
        == {one.file_name}
    )
    assert await _found(api, fileName="IMG_000") == set(), "the whole name"
    assert await _found(api, path="creek/IMG_0002.JPG") == {two.file_name}
    assert await _found(api, path="barn/IMG_0002.JPG") == set()
    again = encode("Dump", later.id)
    assert await _found(api, dumpId=again) == await _found(api, dumpId=again, deliveredAgain=False) == set()
    assert await _found(api, dumpId=again, deliveredAgain=True) == {one.file_name}


async def test_images_are_found_by_whether_a_deer_was_recognised(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    (known, (box,)), (unknown, _) = [await make.make_boxed_image(dump, detector) for _ in range(2)]
    empty, _ = await make.make_boxed_image(dump, detector, boxes=0)
    await make.make_sighting(box, await make.make_deer())
    assert await _found(api, withoutDeer=False) == {known.file_name}
    assert await _found(api, withoutDeer=True) == {unknown.file_name, empty.file_name}
    assert await _found(api, withoutDeer=True, withoutDetections=False) == {unknown.file_name}


async def test_images_are_found_by_what_is_on_them(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    empty = (await make.make_boxed_image(dump, detector, boxes=0))[0].file_name
    buck = (await make.make_boxed_image(dump, detector))[0].file_name
    image = await make.make_image(dump)
    run = await make.make_run(image, detector)
    await make.make_detection(run, sex="female", confidence=0.4)
    await make.make_detection(run, sex="male", species="Sus scrofa", confidence=0.1, shown=False)
    doe = image.file_name
    image = await make.make_image(dump)
    await make.make_detection(await make.make_run(image, detector), verdict="rejected")
    rejected = image.file_name
    assert await _found(api, withoutDetections=False) == {buck, doe}
    assert await _found(api, withoutDetections=True) == {empty, rejected}
    assert await _found(api, sex="MALE") == {buck}
    assert await _found(api, sex="FEMALE") == {doe}
    assert await _found(api, species="odocoileus  VIRGINIANUS ") == {buck, doe}
    assert await _found(api, species="Sus scrofa") == set()
    assert await _found(api, species="Sus scrofa", minConfidence=0.05) == {doe}
    assert await _found(api, minConfidence=0.5) == {buck}
    assert await _found(api, sex="FEMALE", minConfidence=0.5) == set()
    assert await api.refused(NAMES, where={"minConfidence": 0.01}) == "BAD_CONFIDENCE"


async def test_the_boxes_of_an_image_are_those_of_the_current_detector_that_count(api: Api) -> None:
    old, dump = await make.make_detector(current=False), await make.make_dump()
    new = await make.make_detector()
    image, _ = await make.make_boxed_image(dump, new, boxes=1)
    run = (await image.runs.all())[0]  # type: ignore[attr-defined]  # the ORM adds it
    await make.make_detection(run, duplicate_of=0, label="twin")
    await make.make_detection(run, shown=False, confidence=0.08, label="faint")
    await make.make_detection(run, verdict="rejected", label="stump")
    await make.make_detection(await make.make_run(image, old), label="older")
    query = """query ($min: Float, $detector: ID, $rejected: Boolean, $duplicates: Boolean) {
      images { nodes { detections(minConfidence: $min, detectorId: $detector, includeRejected: $rejected,
      includeDuplicates: $duplicates) { predicted { label } duplicateOf { ordinal } } } } }"""

    async def boxes(**choice: Any) -> list[dict[str, Any]]:
        (node,) = (await api.ask(query, **choice))["images"]["nodes"]
        return node["detections"]  # type: ignore[no-any-return]  # as the API answers

    async def labels(**choice: Any) -> list[str]:
        return [box["predicted"]["label"] for box in await boxes(**choice)]

    assert await labels() == ["buck", "twin"]
    assert [box["duplicateOf"] for box in await boxes()] == [None, {"ordinal": 0}]
    assert await labels(duplicates=False) == ["buck"]
    assert await labels(min=0.05) == ["buck", "twin", "faint"]
    assert await labels(rejected=True) == ["buck", "twin", "stump"]
    assert await labels(detector=encode("Detector", old.id)) == ["older"]
    assert await api.refused(query, min=0.049) == "BAD_CONFIDENCE"


async def test_a_text_that_no_database_takes_is_the_clients_mistake(api: Api) -> None:
    for text in ("\0", "\ud800"):
        assert await api.refused(NAMES, where={"species": text}) == "BAD_VALUE"


async def test_what_the_camera_noted_is_asked_in_its_units(api: Api) -> None:
    dump = await make.make_dump()
    noted: dict[str, Any] = {
        "temperature_c": -5.5,
        "battery_percent": 75,
        "battery_v": 8.55,
        "moon_phase": MoonPhase.WANING_GIBBOUS,
        "sequence_number": 4,
        "sequence_length": 5,
    }
    for name, values in {"full.jpg": noted, "bare.jpg": {}, "endless.jpg": {"sequence_number": 2}}.items():
        await make.make_image(dump, file_name=name, **values)
    query = """{ images { nodes {
      fileName temperatureCelsius batteryPercent batteryVolts moonPhase sequence { number length } } } }"""
    nodes = {node.pop("fileName"): node for node in (await api.ask(query))["images"]["nodes"]}
    nothing = dict.fromkeys(("temperatureCelsius", "batteryPercent", "batteryVolts", "moonPhase", "sequence"))
    assert nodes == {
        "full.jpg": {
            "temperatureCelsius": -5.5,
            "batteryPercent": 75,
            "batteryVolts": 8.55,
            "moonPhase": "WANING_GIBBOUS",
            "sequence": {"number": 4, "length": 5},
        },
        "bare.jpg": nothing,
        "endless.jpg": nothing | {"sequence": {"number": 2, "length": None}},
    }


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, 4),
        ({"withoutDetections": False}, 2),
        ({"withoutDetections": True}, 2),
        ({"species": "deer"}, 2),
        ({"species": "elk"}, 0),
        ({"minConfidence": 0.5}, 3),
        ({"withoutDetections": False, "minConfidence": 0.95}, 0),
        ({"withoutDetections": False, "state": "COMPLETED"}, 2),
    ],
)
async def test_the_total_is_that_of_the_list(api: Api, where: dict[str, Any], expected: int) -> None:
    await store_images(4)
    await detect(3, boxes=2)
    await client().execute_query_dict("UPDATE detection SET species = 'Deer'")
    (rejected, *_) = await Image.filter(processed_at__isnull=False).order_by("id")
    await client().execute_query_dict("UPDATE detection SET shown = FALSE WHERE image_id = $1", [rejected.id])
    answer = (await api.ask(NAMES, where=where))["images"]
    assert answer["totalCount"] == len(answer["nodes"]) == expected
