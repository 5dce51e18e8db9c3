"""Photos are counted by place, local day and hour: each once, by the clock of the place where it was taken."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.clocks import at
from tests.graphql.test_loaders import counted_statements
from thumper.domain.capture_time import TimeSource
from thumper.graphql.places import image_groups as api_of_groups
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store.models import Image
from thumper.store.places import image_groups

QUERY = """query ($by: [ImageGrouping!]!, $where: ImageFilter) { imageGroups(by: $by, where: $where) {
    imageCount groups { location { name } date hour imageCount } } }"""


async def ask(api: Api, *by: str, **where: Any) -> list[tuple[str | None, str | None, int | None, int]]:
    told = (await api.ask(QUERY, by=list(by), where=where))["imageGroups"]
    groups = [
        (group["location"] and group["location"]["name"], group["date"], group["hour"], group["imageCount"])
        for group in told["groups"]
    ]
    assert told["imageCount"] == sum(images for *_, images in groups)
    return groups


async def fill() -> None:
    """Photos of two places eight hours apart and of no place, around a midnight, and one without a time."""
    creek = await make.make_location("creek", time_zone="America/Chicago")
    barn = await make.make_location("Barn", latitude=59.33, longitude=18.06)  # Stockholm, by its coordinates
    dump = await make.make_dump()
    for place, moment in (
        (creek, "2024-11-09T05:59:59Z"),  # 23:59 of the day before
        (creek, "2024-11-09T06:00:00Z"),
        (creek, "2024-06-30T05:10:00Z"),  # in summer five hours behind
        (barn, "2024-11-09T05:59:59Z"),
        (barn, "2024-11-09T05:59:59Z"),
        (None, "2024-11-09T05:59:59Z"),
        (None, None),
    ):
        await make.make_image(dump, taken_at=None if moment is None else at(moment), location=place)


async def test_day_and_hour_are_those_of_the_place(api: Api, settings: Settings) -> None:
    await fill()
    assert settings.time_zone == "America/Chicago"
    assert await ask(api, "DAY") == [
        (None, "2024-06-30", None, 1),
        (None, "2024-11-08", None, 2),
        (None, "2024-11-09", None, 3),
        (None, None, None, 1),
    ]
    assert await ask(api, "HOUR", "LOCATION") == [
        ("Barn", None, 6, 2),
        ("creek", None, 0, 2),
        ("creek", None, 23, 1),
        (None, None, 23, 1),
        (None, None, None, 1),
    ]
    assert await ask(api, "LOCATION") == [
        ("Barn", None, None, 2),
        ("creek", None, None, 3),
        (None, None, None, 2),
    ]


async def test_a_month_is_told_by_its_first_day(api: Api) -> None:
    await fill()
    months = [(None, "2024-06-01", None, 1), (None, "2024-11-01", None, 5), (None, None, None, 1)]
    assert await ask(api, "MONTH") == months
    assert await ask(api, "MONTH", "DAY") == await ask(api, "DAY")
    assert await ask(api, "MONTH", "LOCATION", date="2024-11-08") == [
        ("creek", "2024-11-01", None, 1),
        (None, "2024-11-01", None, 1),
    ]


async def test_a_photo_is_counted_under_the_local_time_that_it_shows(api: Api) -> None:
    """Also where its place is not known, so that its own offset counts, unless it is that of satellites."""
    await fill()
    dump = await make.make_dump()
    nowhere = await make.make_location("Nowhere")
    for source in (TimeSource.EXIF_ORIGINAL, TimeSource.GPS):
        for place in (nowhere, None):
            await make.make_image(
                dump,
                location=place,
                time_source=source,
                clock_source=source,
                utc_offset_s=-9 * 3600,
                taken_local=at("2024-11-09T03:00:00"),
            )
    nodes = (await api.ask("{ images { nodes { takenAtLocal } } }"))["images"]["nodes"]
    shown = Counter(
        (local[:10], int(local[11:13])) if (local := node["takenAtLocal"]) else (None, None) for node in nodes
    )
    groups = await ask(api, "DAY", "HOUR")
    assert {(date, hour): images for _, date, hour, images in groups} == shown


async def test_the_first_hour_in_which_times_are_believed_is_counted(api: Api) -> None:
    place = await make.make_location("Sydney", time_zone="Australia/Sydney")
    await make.make_image(await make.make_dump(), location=place, taken_at=at("1989-12-31T13:30:00Z"))
    assert await ask(api, "DAY", "HOUR") == [(None, "1990-01-01", 0, 1)]


async def test_a_filter_holds(api: Api) -> None:
    await fill()
    assert await ask(api, "DAY", takenAfter="2024-11-09T06:00:00Z") == [(None, "2024-11-09", None, 1)]
    assert await ask(api, "HOUR", withoutDetections=False) == []
    detector = await make.make_detector()
    await make.make_boxed_image(await make.make_dump(), detector, boxes=2)
    assert await ask(api, "HOUR", withoutDetections=False) == [(None, None, 6, 1)]


async def test_more_groups_than_one_answer_holds_are_refused_and_the_rest_is_answered(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_groups, "MOST_GROUPS", 3)
    monkeypatch.setattr(api_of_groups, "MOST_GROUPS", 3)
    dump = await make.make_dump()
    for number in range(4):
        await make.make_image(dump, taken_at=make.NOON + dt.timedelta(days=number))
    answer = await api.post("{ imageGroups(by: DAY) { imageCount } images { totalCount } }")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_GROUPS"
    assert "takenAfter" in error["message"]
    assert answer["data"] == {"imageGroups": None, "images": {"totalCount": 4}}
    assert len(await ask(api, "DAY", takenBefore=(make.NOON + dt.timedelta(days=3)).isoformat())) == 3
    assert await api.refused("{ imageGroups(by: []) { imageCount } }") == "BAD_ARGUMENTS"


async def test_groups_cost_three_statements(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill()
    with counted_statements(monkeypatch) as statements:
        await ask(api, "LOCATION", "HOUR")
    assert len(statements) == 3, statements


async def test_a_page_may_show_three_charts_at_once(api: Api) -> None:
    await fill()
    answer = await api.ask(
        """{ days: imageGroups(by: DAY) { groups { date imageCount } }
        hours: imageGroups(by: HOUR) { groups { hour imageCount } }
        places: imageGroups(by: LOCATION) { groups { location { name } imageCount } } }"""
    )
    total = await Image.all().count()
    assert [sum(group["imageCount"] for group in chart["groups"]) for chart in answer.values()] == [total] * 3


async def test_a_place_of_which_postgresql_need_not_know_the_zone_is_counted(api: Api) -> None:
    """Zones are those of Thumper's own tz database."""
    place = await make.make_location("Rancho", time_zone="America/Ciudad_Juarez")
    await make.make_image(await make.make_dump(place), location=place)
    assert await ask(api, "HOUR", locationId=encode("Location", place.id)) == [(None, None, 5, 1)]
