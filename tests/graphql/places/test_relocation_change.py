from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from tests.live import subscribed
from tests.places import deliver, everything
from thumper.graphql.relay.identity import encode

EFFECT = """effect { imageCount alreadyThereCount dumpCount deploymentCount
  moves { imageCount origin { name } destination { name } destinationName timeZoneBefore timeZoneAfter }
  deployments { kind camera { serial } locationBefore { name } locationAfter { name } openedAt closedAt }
  clock { imageCount changed firstBefore firstAfter lastAfter examples { takenAtAfter image { fileName } } } }
  errors { __typename code message path ... on RelocatedSince { laterRelocation { id } } }"""
RELOCATION = """relocation { id undoneAt imageCount dump { folder } deployment { id } mergedLocation { name }
  location { name } }"""
SET_PREVIEW = (
    f"query ($input: SetLocationInput!) {{ answer: setLocationPreview(input: $input) {{ {EFFECT} }} }}"
)
SET = f"mutation ($input: SetLocationInput!) {{ answer: setLocation(input: $input) {{ {RELOCATION} {EFFECT} }} }}"
MERGE_PREVIEW = (
    f"query ($input: MergeLocationsInput!) {{ answer: mergeLocationsPreview(input: $input) {{ {EFFECT} }} }}"
)
DONE = f"{RELOCATION} {EFFECT}"
MERGE = f"mutation ($input: MergeLocationsInput!) {{ answer: mergeLocations(input: $input) {{ {DONE} }} }}"
UNDO = f"mutation ($input: UndoRelocationInput!) {{ answer: undoRelocation(input: $input) {{ {DONE} }} }}"
FOUND = """query ($dump: ID!, $image: ID!, $made: ID!) {
  dump(id: $dump) { location { name } relocations { id } } image(id: $image) { location { name } }
  location(name: "oak stand") { relocations { id } } relocation(id: $made) { undoneAt }
  standing: relocations(where: {dumpId: $dump, undone: false}) { totalCount nodes { id } }
  undone: relocations(where: {undone: true}) { totalCount } node(id: $made) { __typename } }"""


async def ask(api: Api, query: str, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(query, input=values))["answer"]
    return answer


async def test_a_place_is_previewed_and_set(api: Api) -> None:
    dump = await make.make_dump()
    await deliver(dump, await make.make_camera(serial="S1"), at=None)
    before = await everything()
    wanted = {"dumpId": encode("Dump", dump.id), "locationName": "Oak Stand"}
    foreseen = await ask(api, SET_PREVIEW, **wanted)
    assert await everything() == before
    (move,) = foreseen["effect"]["moves"]
    assert move == {
        "imageCount": 2,
        "origin": None,
        "destination": None,
        "destinationName": "Oak Stand",
        "timeZoneBefore": "America/Chicago",
        "timeZoneAfter": "America/Chicago",
    }
    (stay,) = foreseen["effect"]["deployments"]
    assert (stay["kind"], stay["camera"], stay["closedAt"]) == ("BEGINS", {"serial": "S1"}, None)
    done = await ask(api, SET, **wanted)
    assert done["errors"] == []
    assert done["effect"]["moves"] == [move | {"destination": {"name": "Oak Stand"}}]
    assert done["effect"]["clock"] == foreseen["effect"]["clock"]
    made = done["relocation"]
    assert (made["imageCount"], made["dump"]) == (2, {"folder": dump.display_folder})
    assert made["location"] == {"name": "Oak Stand"}


async def test_a_change_is_found_by_what_it_moved_and_taken_back(api: Api) -> None:
    dump = await make.make_dump()
    images = await deliver(dump, await make.make_camera(serial="S1"), at=None)
    before = await everything()
    made = (await ask(api, SET, dumpId=encode("Dump", dump.id), locationName="Oak Stand"))["relocation"]
    ids = {"dump": encode("Dump", dump.id), "image": encode("Image", images[0].id), "made": made["id"]}
    shown = await api.ask(FOUND, **ids)
    assert shown["dump"] == {"location": {"name": "Oak Stand"}, "relocations": [{"id": made["id"]}]}
    assert shown["image"] == {"location": {"name": "Oak Stand"}}
    assert shown["location"]["relocations"] == shown["standing"]["nodes"] == [{"id": made["id"]}]
    assert (shown["undone"]["totalCount"], shown["node"]["__typename"]) == (0, "Relocation")
    undone = await ask(api, UNDO, relocationId=made["id"])
    assert undone["relocation"]["undoneAt"] is not None
    assert undone["effect"]["moves"][0]["destination"] is None
    assert {**await everything(), "location": []} == before
    assert (await api.ask(FOUND, **ids))["standing"]["totalCount"] == 0


async def test_a_mistyped_location_is_merged_and_comes_back(api: Api) -> None:
    right, wrong = await make.make_location("Oak Stand"), await make.make_location("Oak Stnad")
    dump = await make.make_dump(wrong)
    await deliver(dump, await make.make_camera(serial="S1"), at=wrong)
    wanted = {"locationId": encode("Location", wrong.id), "intoId": encode("Location", right.id)}
    foreseen = await ask(api, MERGE_PREVIEW, **wanted)
    done = await ask(api, MERGE, **wanted)
    assert done["effect"] == foreseen["effect"]
    assert done["relocation"]["mergedLocation"] == {"name": "Oak Stnad"}
    query = """query ($id: ID!) { locations { totalCount nodes { name otherNames imageCount } }
      location(name: "OAK STNAD") { name } merged: location(id: $id) { name mergedInto { name } } }"""
    shown = await api.ask(query, id=wanted["locationId"])
    assert shown["locations"] == {
        "totalCount": 1,
        "nodes": [{"name": "Oak Stand", "otherNames": ["Oak Stnad"], "imageCount": 2}],
    }
    assert shown["location"] == {"name": "Oak Stand"}
    assert shown["merged"] == {"name": "Oak Stnad", "mergedInto": {"name": "Oak Stand"}}
    await ask(api, UNDO, relocationId=done["relocation"]["id"])
    assert (await api.ask(query, id=wanted["locationId"]))["locations"]["totalCount"] == 2


async def test_a_later_change_is_named_by_which_an_undo_is_refused(api: Api) -> None:
    dump = await make.make_dump()
    image, _ = await deliver(dump, None, at=None)
    first = await ask(api, SET, dumpId=encode("Dump", dump.id), locationName="Oak")
    second = await ask(api, SET, imageIds=[encode("Image", image.id)], nowhere=True)
    (error,) = (await ask(api, UNDO, relocationId=first["relocation"]["id"]))["errors"]
    assert (error["__typename"], error["code"]) == ("RelocatedSince", "RELOCATED_SINCE")
    assert error["path"] == ["input", "relocationId"]
    assert error["laterRelocation"] == {"id": second["relocation"]["id"]}


async def test_what_is_refused_names_its_field(api: Api) -> None:
    dump, unknown = await make.make_dump(), make.unknown_id()
    (error,) = (await ask(api, SET, dumpId=encode("Dump", dump.id)))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "locationId"])
    (error,) = (await ask(api, SET_PREVIEW, deploymentId=encode("Deployment", unknown), nowhere=True))[
        "errors"
    ]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "deploymentId"])
    location = encode("Location", (await make.make_location()).id)
    (error,) = (await ask(api, MERGE, locationId=location, intoId=location))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "intoId"])
    (error,) = (await ask(api, UNDO, relocationId=encode("Relocation", unknown)))["errors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "relocationId"])


async def test_followers_of_a_dump_see_its_new_place(api: Api) -> None:
    dump = await make.make_dump()
    await deliver(dump, None, at=None)
    word = encode("Dump", dump.id)
    query = f'subscription {{ dumpProgress(dumpId: "{word}") {{ dump {{ location {{ name }} }} }} }}'
    async with subscribed(api.url, query) as subscriber:
        assert (await subscriber.next())["dump"] == {"location": None}
        await ask(api, SET, dumpId=word, locationName="Oak")
        assert (await subscriber.next())["dump"] == {"location": {"name": "Oak"}}
