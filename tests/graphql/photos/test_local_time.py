"""Photos are found by local day and time of day, and each count by day is the total of the list of that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any

from tests import factories as make
from tests.api import Api
from tests.clocks import at
from thumper.domain.capture_time import TimeSource
from thumper.graphql.relay.identity import encode
from thumper.store import models

COUNTS = """query ($where: ImageFilter) {
    imageGroups(by: [DAY], where: $where) { imageCount groups { date imageCount } }
    images(where: $where) { totalCount } }"""
FOUND = """query ($where: ImageFilter, $boxes: DetectionFilter) {
    images(where: $where, first: 100) { totalCount nodes { id takenAtLocal } }
    detections(where: $boxes, first: 100) { totalCount nodes { image { takenAtLocal } } } }"""
ZONES = ("America/Chicago", "Australia/Lord_Howe", "Pacific/Kiritimati", None)


async def fill() -> list[models.Location]:
    """Photos about two changes of the clocks, at places far apart, of no place and without a time."""
    draw, dump, detector = Random(17), await make.make_dump(), await make.make_detector()
    places = [
        await make.make_location(f"Stand {number}", time_zone=zone) for number, zone in enumerate(ZONES)
    ]
    for number in range(60):
        middle = at(draw.choice(("2024-11-03T07:00:00Z", "2024-03-10T08:00:00Z")))
        moment = middle + dt.timedelta(seconds=draw.randrange(-130_000, 130_000))
        offset = draw.choice((None, -9 * 3600, 14 * 3600))
        source = draw.choice((TimeSource.EXIF_ORIGINAL, TimeSource.GPS))
        await make.make_boxed_image(
            dump,
            detector,
            boxes=number % 3,
            taken_at=None if number % 20 == 0 else moment,
            location=draw.choice((*places, None)),
            taken_local=moment.replace(tzinfo=None),
            **({} if number % 20 == 0 else {"time_source": source}),
            clock_source=source,
            utc_offset_s=offset,
            damaged=number % 5 == 0,
        )
    return places


def drawn_filters(places: list[models.Location], *, seed: int, count: int) -> list[dict[str, Any]]:
    """Return filters, each of some of what a page offers."""
    draw, found = Random(seed), []
    for _ in range(count):
        offered: dict[str, Any] = {
            "locationId": encode("Location", draw.choice(places).id),
            "damaged": draw.choice((True, False)),
            "withoutDetections": draw.choice((True, False)),
            "dateAfter": draw.choice(("2024-03-10", "2024-11-03", "0001-01-01")),
            "dateBefore": draw.choice(("2024-03-10", "2024-11-04", "9999-12-31")),
            "timeOfDayAfter": draw.choice(("18:00", "06:30", "00:00", "01:30:15")),
            "timeOfDayBefore": draw.choice(("06:30", "23:59:59", "01:30:15")),
            "takenAfter": "2024-03-10T00:00:00Z",
        }
        found.append({name: offered[name] for name in draw.sample(sorted(offered), draw.randrange(4))})
    return found


async def test_the_count_of_each_day_is_the_total_of_the_same_filter_on_that_day(api: Api) -> None:
    places = await fill()
    days = 0
    for where in [{}, *drawn_filters(places, seed=1, count=10)]:
        told = await api.ask(COUNTS, where=where)
        groups = told["imageGroups"]["groups"]
        assert told["imageGroups"]["imageCount"] == told["images"]["totalCount"]
        timed = [group for group in groups if group["date"] is not None]
        shown = [timed[0], timed[-1]] if len(timed) > 1 else timed
        for group in groups if where == {} else shown:
            own = {"withoutTakenAt": True} if group["date"] is None else {"date": group["date"]}
            listed = await api.ask(FOUND, where=where | own)
            assert listed["images"]["totalCount"] == group["imageCount"], (where, group)
            local = {node["takenAtLocal"] and node["takenAtLocal"][:10] for node in listed["images"]["nodes"]}
            assert local == {group["date"]}
            days += 1
    assert days > 15


HOLDS: list[tuple[dict[str, str], Callable[[str, str], bool]]] = [
    ({"date": "2024-11-03"}, lambda day, _: day == "2024-11-03"),
    ({"dateAfter": "2024-11-03"}, lambda day, _: day >= "2024-11-03"),
    ({"dateBefore": "2024-11-03"}, lambda day, _: day < "2024-11-03"),
    ({"date": "0001-01-01"}, lambda *_: False),
    ({"dateAfter": "9999-12-31"}, lambda *_: False),
    ({"dateBefore": "9999-12-31"}, lambda *_: True),
    ({"dateAfter": "2024-03-10", "dateBefore": "2024-03-11"}, lambda day, _: day == "2024-03-10"),
    ({"timeOfDayAfter": "18:00"}, lambda _, time: time >= "18:00"),
    ({"timeOfDayBefore": "06:30:15"}, lambda _, time: time < "06:30:15"),
    ({"timeOfDayAfter": "06:00", "timeOfDayBefore": "18:00"}, lambda _, time: "06:00" <= time < "18:00"),
    (
        {"timeOfDayAfter": "18:00", "timeOfDayBefore": "06:00"},
        lambda _, time: time >= "18:00" or time < "06:00",
    ),
    ({"timeOfDayAfter": "12:00", "timeOfDayBefore": "12:00"}, lambda *_: True),
]


async def test_photos_and_boxes_are_found_by_the_local_time_that_is_shown(api: Api) -> None:
    await fill()
    everything = await api.ask(FOUND)
    shown = [node for node in everything["images"]["nodes"] if node["takenAtLocal"] is not None]
    boxes = [node["image"]["takenAtLocal"] for node in everything["detections"]["nodes"]]
    for where, holds in HOLDS:
        told = await api.ask(FOUND, where=where, boxes=where)
        expected = {node["id"] for node in shown if holds(*node["takenAtLocal"].split("T"))}
        assert {node["id"] for node in told["images"]["nodes"]} == expected, where
        assert told["images"]["totalCount"] == len(expected)
        assert told["detections"]["totalCount"] == sum(1 for own in boxes if own and holds(*own.split("T")))


async def test_local_days_below_a_place_and_of_all_places_agree(api: Api) -> None:
    places = await fill()
    query = "query ($where: ImageFilter) { locations { nodes { id images(where: $where) { totalCount } } } }"
    where = {"date": "2024-11-03", "timeOfDayAfter": "12:00"}
    for node in (await api.ask(query, where=where))["locations"]["nodes"]:
        alone = await api.ask(FOUND, where=where | {"locationId": node["id"]})
        assert node["images"]["totalCount"] == alone["images"]["totalCount"]
    assert len(places) == len(ZONES)


WRONG = {
    "date": ("20241109", "2024-W45-6", "2024-02-30", "today", "", 20241109, "２０２４-11-09"),
    "timeOfDayAfter": ("6:30", "24:00", "06:30:00.5", "T06:30", "06:30Z", "0630", 6),
}


async def test_a_day_or_time_in_another_form_is_refused(api: Api) -> None:
    for name, words in WRONG.items():
        for wrong in words:
            assert await api.refused(FOUND, where={name: wrong}) == "BAD_QUERY", wrong
