from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.clocks import at, clock_rows, make_clocked
from tests.graphql.test_loaders import counted_statements
from tests.live import subscribed
from thumper.domain.clock_doubt import ClockDoubt
from thumper.graphql.relay.identity import encode
from thumper.store import models

pytestmark = pytest.mark.slow  # as a whole: a real API, and clocks that run on

EFFECT = """effect { imageCount withoutReading changed gained lost impossible ambiguous missing
  firstBefore lastBefore firstAfter lastAfter
  examples { cameraClock takenAtBefore takenAtAfter dstEdge image { fileName } } }"""
PREVIEW = f"""query ($input: FixClockInput!) {{ fixClockPreview(input: $input) {{
  offsetSeconds {EFFECT} errors {{ code message path }} }} }}"""
FIX = f"""mutation ($input: FixClockInput!) {{ fixClock(input: $input) {{
  clockFix {{ id offsetSeconds note shownAfter shownBefore undoneAt imageCount dump {{ folder }} deployment {{ id }} }}
  {EFFECT} errors {{ code message path }} }} }}"""
UNDO = f"""mutation ($input: UndoClockFixInput!) {{ undoClockFix(input: $input) {{
  clockFix {{ undoneAt imageCount }} {EFFECT} errors {{ code message path }} }} }}"""


async def fix(api: Api, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(FIX, input=values))["fixClock"]
    return answer


async def preview(api: Api, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(PREVIEW, input=values))["fixClockPreview"]
    return answer


async def test_a_preview_tells_what_the_repair_then_does(api: Api) -> None:
    dump = await make.make_dump()
    first = await make_clocked(dump, "2024-11-03 00:30")
    unset = await make_clocked(dump, "1970-01-01 00:00")
    await make.make_image(dump, taken_at=None)
    before = await clock_rows()
    wanted = {"dumpId": encode("Dump", dump.id), "offsetSeconds": 3600}
    foreseen = await preview(api, **wanted)
    assert await clock_rows() == before
    assert foreseen["offsetSeconds"] == 3600
    effect = foreseen["effect"]
    counts = {name: number for name, number in effect.items() if isinstance(number, int)}
    assert {name: number for name, number in counts.items() if number} == {
        "imageCount": 3,
        "withoutReading": 1,
        "changed": 1,
        "impossible": 1,
        "ambiguous": 1,
    }
    assert (effect["firstBefore"], effect["lastBefore"]) == ("2024-11-03T05:30:00+00:00",) * 2
    assert (effect["firstAfter"], effect["lastAfter"]) == ("2024-11-03T06:30:00+00:00",) * 2
    assert effect["examples"] == [
        {
            "cameraClock": "1970-01-01T00:00:00",
            "takenAtBefore": None,
            "takenAtAfter": None,
            "dstEdge": None,
            "image": {"fileName": unset.file_name},
        },
        {
            "cameraClock": "2024-11-03T00:30:00",
            "takenAtBefore": "2024-11-03T05:30:00+00:00",
            "takenAtAfter": "2024-11-03T06:30:00+00:00",
            "dstEdge": "AMBIGUOUS",
            "image": {"fileName": first.file_name},
        },
    ]
    assert (await fix(api, **wanted))["effect"] == effect


async def test_a_repair_is_shown_and_taken_back(api: Api) -> None:
    dump = await make.make_dump()
    for local in ("2024-07-01 06:00", "2024-07-01 06:10"):
        await make_clocked(dump, local)
    before = await clock_rows()
    done = await fix(api, dumpId=encode("Dump", dump.id), offsetSeconds=3600, note="an hour slow")
    made = done["clockFix"]
    assert (made["offsetSeconds"], made["note"], made["imageCount"]) == (3600, "an hour slow", 2)
    assert (made["dump"], made["deployment"]) == ({"folder": dump.display_folder}, None)
    query = """query ($dump: ID!, $fix: ID!) { dump(id: $dump) { clockFixes { id undoneAt } }
      clockFix(id: $fix) { offsetSeconds } node(id: $fix) { __typename } }"""
    shown = await api.ask(query, dump=encode("Dump", dump.id), fix=made["id"])
    assert shown["dump"]["clockFixes"] == [{"id": made["id"], "undoneAt": None}]
    assert (shown["clockFix"]["offsetSeconds"], shown["node"]["__typename"]) == (3600, "ClockFix")
    undone = (await api.ask(UNDO, input={"clockFixId": made["id"]}))["undoClockFix"]
    assert undone["errors"] == []
    assert undone["clockFix"]["undoneAt"] is not None
    assert (undone["clockFix"]["imageCount"], undone["effect"]["changed"]) == (0, 2)
    assert await clock_rows() == before


async def test_the_fields_of_an_image_tell_the_whole_story_of_its_clock(api: Api) -> None:
    location = await make.make_location(latitude=33.75, longitude=-84.39)
    dump = await make.make_dump(location)
    image = await make_clocked(
        dump, "2024-11-03 00:30", location=location, clock_doubt=ClockDoubt.JUMPED_BACK
    )
    word = encode("Image", image.id)
    query = """query ($id: ID!) { image(id: $id) { takenAt takenAtOther takenAtLocal cameraClock timeSource clockSource
      clockOffsetSeconds clockDoubt clockSuspect dstEdge clockFix { offsetSeconds } deployment { id } } }"""

    async def told() -> dict[str, Any]:
        found: dict[str, Any] = (await api.ask(query, id=word))["image"]
        return found

    before = await told()
    assert (before["clockSuspect"], before["clockFix"], before["takenAtOther"]) == (True, None, None)
    await fix(api, dumpId=encode("Dump", dump.id), offsetSeconds=3600)
    assert await told() == {
        "takenAt": "2024-11-03T05:30:00+00:00",
        "takenAtOther": "2024-11-03T06:30:00+00:00",
        "takenAtLocal": "2024-11-03T01:30:00",
        "cameraClock": "2024-11-03T00:30:00",
        "timeSource": "EXIF_ORIGINAL",
        "clockSource": "EXIF_ORIGINAL",
        "clockOffsetSeconds": 3600,
        "clockDoubt": "JUMPED_BACK",
        "clockSuspect": False,
        "dstEdge": "AMBIGUOUS",
        "clockFix": {"offsetSeconds": 3600},
        "deployment": None,
    }


async def test_the_local_time_is_the_places_where_its_zone_is_known_else_the_photos_own(api: Api) -> None:
    dump = await make.make_dump()
    placed = await make.make_location(time_zone="America/New_York")
    unplaced = await make.make_location()
    await make_clocked(dump, "2024-07-01 06:00", offset_h=-7, location=placed)
    await make_clocked(dump, "2024-07-01 06:00:00.25", offset_h=-7, location=unplaced)
    await make_clocked(dump, "2024-07-01 06:00", location=unplaced)
    await make.make_image(dump, taken_at=None)
    nodes = (
        await api.ask("{ images(orderBy: {field: ARRIVED, direction: ASC}) { nodes { takenAtLocal } } }")
    )["images"]["nodes"]
    assert [node["takenAtLocal"] for node in nodes] == [
        "2024-07-01T09:00:00",
        "2024-07-01T06:00:00.250000",
        "2024-07-01T06:00:00",
        None,
    ]


async def test_a_time_on_a_wall_clock_comes_back_as_it_went_in_and_has_no_offset(api: Api) -> None:
    dump = await make.make_dump()
    word, local = encode("Dump", dump.id), "2024-10-05T07:30:00.250000"
    done = await fix(api, dumpId=word, offsetSeconds=0, shownAfter=local)
    assert done["clockFix"]["shownAfter"] == local
    for odd in (f"{local}-06:00", "noon", "2010-12-31", 5):
        answer = await api.post(FIX, input={"dumpId": word, "offsetSeconds": 0, "shownAfter": odd})
        (error,) = answer["errors"]
        assert error["extensions"] == {"code": "BAD_QUERY"}
        assert f"{odd!r} is no time on a wall clock" in error["message"]
        assert "shownAfter" in error["message"]


async def test_one_photo_tells_how_wrong_the_clock_was(api: Api) -> None:
    dump, other = await make.make_dump(), await make.make_dump()
    photo = await make_clocked(dump, "2010-01-01 03:20:49.5")
    clockless = await make.make_image(dump, taken_at=None)
    stranger = await make_clocked(other, "2010-01-01 03:20")
    word, dump_word = encode("Image", photo.id), encode("Dump", dump.id)
    said = {"imageId": word, "takenAtLocal": "2025-11-11T19:20:49"}
    foreseen = await preview(api, dumpId=dump_word, photo=said)
    assert foreseen["effect"]["firstAfter"] == "2025-11-12T01:20:49.500000+00:00"
    by_instant = {"imageId": word, "takenAt": "2025-11-12T01:20:49Z"}
    assert (await preview(api, dumpId=dump_word, photo=by_instant)) == foreseen
    refusals: list[tuple[dict[str, Any], list[str]]] = [
        ({"imageId": encode("Image", make.unknown_id()), "takenAtLocal": "2025-01-01T00:00"}, ["imageId"]),
        ({"imageId": encode("Image", stranger.id), "takenAtLocal": "2025-01-01T00:00"}, ["imageId"]),
        ({"imageId": encode("Image", clockless.id), "takenAtLocal": "2025-01-01T00:00"}, ["imageId"]),
        ({"imageId": word}, []),
        (said | by_instant, []),
        ({"imageId": word, "takenAt": "0001-01-01T00:00:00Z"}, []),
        ({"imageId": word, "takenAtLocal": "2090-01-01T00:00"}, []),
    ]
    for photo_said, path in refusals:
        (error,) = (await preview(api, dumpId=dump_word, photo=photo_said))["errors"]
        assert error["path"] == ["input", "photo", *path], error
        assert error["code"] == ("NOT_FOUND" if photo_said is refusals[0][0] else "INVALID")
    for odd in ("yesterday", "2025-01-01", "2025-01-01T00:00Z"):
        photo_said = {"imageId": word, "takenAtLocal": odd}
        code = await api.refused(PREVIEW, input={"dumpId": dump_word, "photo": photo_said})
        assert code == "BAD_QUERY"


async def test_whose_clock_and_how_wrong_are_said_once_each(api: Api) -> None:
    dump = await make.make_dump()
    word = encode("Dump", dump.id)
    stay = encode("Deployment", make.unknown_id())
    refusals: list[tuple[dict[str, Any], str, str]] = [
        ({"offsetSeconds": 1}, "INVALID", "dumpId"),
        ({"dumpId": word, "deploymentId": stay, "offsetSeconds": 1}, "INVALID", "dumpId"),
        ({"dumpId": encode("Dump", make.unknown_id()), "offsetSeconds": 1}, "NOT_FOUND", "dumpId"),
        ({"deploymentId": stay, "offsetSeconds": 1}, "NOT_FOUND", "deploymentId"),
        ({"dumpId": word}, "INVALID", "offsetSeconds"),
        ({"dumpId": word, "offsetSeconds": -(2**31)}, "INVALID", "offsetSeconds"),
        ({"dumpId": word, "offsetSeconds": 1, "note": "a\0b"}, "INVALID", "note"),
        ({"dumpId": word, "offsetSeconds": 1, "shownBefore": "0001-01-01T00:00"}, "INVALID", "shownBefore"),
        (
            {
                "dumpId": word,
                "offsetSeconds": 1,
                "shownAfter": "2024-02-01T00:00",
                "shownBefore": "2024-01-01T00:00",
            },
            "INVALID",
            "shownBefore",
        ),
    ]
    for values, code, field in refusals:
        answers = (await fix(api, **values), await preview(api, **values))
        for answer in answers:
            (error,) = answer["errors"]
            assert (error["code"], error["path"]) == (code, ["input", field])
            assert answer["effect"] is None
    assert not await models.ClockFix.exists()
    assert await api.refused(FIX, input={"dumpId": "zzz", "offsetSeconds": 1}) == "BAD_ID"


async def test_only_what_the_clock_showed_between_two_bounds_is_repaired(api: Api) -> None:
    dump = await make.make_dump()
    await make_clocked(dump, "2024-10-01 06:00")
    lost = await make_clocked(dump, "2010-01-01 00:04")
    word = encode("Dump", dump.id)
    bounds = {"shownAfter": "2010-01-01T00:04:00", "shownBefore": "2010-12-31T00:00"}
    said = {"imageId": encode("Image", lost.id), "takenAtLocal": "2024-10-05T07:30"}
    done = await fix(api, dumpId=word, photo=said, **bounds)
    assert (done["effect"]["imageCount"], done["effect"]["changed"]) == (1, 1)
    assert done["clockFix"]["shownAfter"] == "2010-01-01T00:04:00"
    assert done["clockFix"]["shownBefore"] == "2010-12-31T00:00:00"
    await lost.refresh_from_db()
    assert lost.taken_at == at("2024-10-05T12:30Z")
    bounds = {"shownAfter": "2010-01-01T00:03:00", "shownBefore": "2010-01-01T00:04:00"}
    assert (await preview(api, dumpId=word, offsetSeconds=1, **bounds))["effect"]["imageCount"] == 0
    bounds["shownBefore"] += ".000001"
    assert (await preview(api, dumpId=word, offsetSeconds=1, **bounds))["effect"]["imageCount"] == 1
    (error,) = (await fix(api, dumpId=word, photo=said, shownAfter="2011-01-01T00:00"))["errors"]
    assert error["path"] == ["input", "photo", "imageId"]


async def test_a_repair_that_is_not_there_or_was_taken_back_is_not_taken_back(api: Api) -> None:
    dump = await make.make_dump()
    word = (await fix(api, dumpId=encode("Dump", dump.id), offsetSeconds=0))["clockFix"]["id"]
    for fix_id, codes in (
        (word, [[], ["INVALID"]]),
        (encode("ClockFix", make.unknown_id()), [["NOT_FOUND"]]),
    ):
        for expected in codes:
            answer = (await api.ask(UNDO, input={"clockFixId": fix_id}))["undoClockFix"]
            assert [error["code"] for error in answer["errors"]] == expected
            assert all(error["path"] == ["input", "clockFixId"] for error in answer["errors"])


async def test_whoever_follows_a_dump_is_told_of_a_repair(api: Api) -> None:
    dump = await make.make_dump()
    await make_clocked(dump, "2024-07-01 06:00")
    word = encode("Dump", dump.id)
    query = (
        f'subscription {{ dumpProgress(dumpId: "{word}") {{ dump {{ clockFixes {{ offsetSeconds }} }} }} }}'
    )
    async with subscribed(api.url, query) as subscriber:
        assert (await subscriber.next())["dump"]["clockFixes"] == []
        await fix(api, dumpId=word, offsetSeconds=60)
        assert (await subscriber.next())["dump"]["clockFixes"] == [{"offsetSeconds": 60}]


async def test_images_are_found_by_their_doubts(api: Api) -> None:
    dump = await make.make_dump()
    lost = await make_clocked(dump, "2010-01-01 05:00", clock_doubt=ClockDoubt.FACTORY_DATE)
    unset = await make_clocked(dump, "1970-01-01")
    right = await make_clocked(dump, "2024-07-01 06:00")
    query = "query ($where: ImageFilter) { images(where: $where) { nodes { fileName } } }"

    async def found(**where: Any) -> set[str]:
        return {node["fileName"] for node in (await api.ask(query, where=where))["images"]["nodes"]}

    assert await found(clockSuspect=True) == {lost.file_name, unset.file_name}
    assert await found(clockSuspect=False) == {right.file_name}
    assert await found(clockSuspect=True, timeSource="NONE") == {unset.file_name}
    assert await found(clockDoubt="FACTORY_DATE") == {lost.file_name}
    await models.Image.filter(id=right.id).update(created_at=at("2024-06-29T00:00Z"))
    assert await found(clockDoubt="AHEAD_OF_ARRIVAL") == {right.file_name}
    assert await found(clockSuspect=False) == set()
    await models.Image.filter(id=right.id).update(created_at=at("2024-07-02T00:00Z"))
    await fix(api, dumpId=encode("Dump", dump.id), offsetSeconds=0)
    assert await found(clockSuspect=True) == set()
    assert await found(clockDoubt="FACTORY_DATE") == {lost.file_name}


async def test_what_needs_repair_is_listed_in_groups_with_few_statements(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = await make.make_camera(serial="S1")
    for number in range(3):
        dump = await make.make_dump(await make.make_location())
        for minute in range(number + 1):
            await make_clocked(
                dump, f"2010-01-01 05:0{minute}", camera=camera, clock_doubt=ClockDoubt.FACTORY_DATE
            )
    query = """{ clockSuspects { doubt imageCount firstLocal lastLocal dump { folder } camera { serial }
      deployment { id } example { cameraClock } } }"""
    with counted_statements(monkeypatch) as statements:
        groups = (await api.ask(query))["clockSuspects"]
    assert [group["imageCount"] for group in groups] == [3, 2, 1]
    assert groups[0]["example"] == {"cameraClock": "2010-01-01T05:00:00"}
    assert (groups[0]["lastLocal"], groups[0]["camera"]) == ("2010-01-01T05:02:00", {"serial": "S1"})
    assert len(statements) == 4, statements
