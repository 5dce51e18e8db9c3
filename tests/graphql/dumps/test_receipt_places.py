"""Places in a receipt over GraphQL: photos without one, what is proposed for them, names to look at again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests import factories as make
from tests.api import Api
from thumper.cli import place_view
from thumper.domain.progress import FileState, SourceKind
from thumper.graphql.relay.identity import encode
from thumper.store.models import Source

pytestmark = pytest.mark.slow  # as a whole: a real API

QUERY = """query($id: ID!) { dump(id: $id) { receipt { places {
    unplaced datedFolder placed elsewhere didYouMean { name } known { images: imageCount dump { id } }
    cameras { images: imageCount camera { name } proposals { name location { id } reasons } } } } } }"""


async def places_of(api: Api, dump_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await api.ask(QUERY, id=encode("Dump", dump_id)))["dump"]["receipt"]["places"]
    return found


async def test_a_dated_folder_is_asked_about_with_the_place_that_it_names_besides(api: Api) -> None:
    oak = await make.make_location("Oak Stand")
    dump = await make.make_dump(folder=b"Oak Stand 2026-11-30")
    camera = await make.make_camera(name="OAK 7")
    await make.make_images(dump, 2, camera=camera)
    reasons = [
        {"name": "Oak Stand", "location": {"id": encode("Location", oak.id)}, "reasons": ["FOLDER_NAME"]},
        {"name": "OAK 7", "location": None, "reasons": ["CAMERA_NAME"]},
    ]
    assert await places_of(api, dump.id) == {
        "unplaced": 2,
        "datedFolder": True,
        "placed": 0,
        "elsewhere": 0,
        "known": [],
        "didYouMean": [],
        "cameras": [{"images": 2, "camera": {"name": "OAK 7"}, "proposals": reasons}],
    }


async def test_only_folders_that_people_name_are_asked_about(api: Api) -> None:
    """A photo that was ingested by itself stands in the place of a folder."""
    card = await Source.create(kind=SourceKind.INGEST, path=b"/card", display_path="/card")
    dump = await make.make_dump(source=card, folder=b"20261130 card")
    assert not (await places_of(api, dump.id))["datedFolder"]


async def test_a_new_name_that_may_be_a_slip_and_duplicates_from_elsewhere_are_said(api: Api) -> None:
    oak = await make.make_location("Oak Stand")
    dump = await make.make_dump(await make.make_location("Oak Stnd"))
    image = await make.make_image(await make.make_dump(oak), location=oak)
    await make.make_file(dump, FileState.DUPLICATE, image=image)
    found = await places_of(api, dump.id)
    assert (found["didYouMean"], found["elsewhere"], found["placed"]) == ([{"name": "Oak Stand"}], 1, 0)


async def test_duplicates_of_photos_without_a_place_name_the_dump_that_brought_them(api: Api) -> None:
    first = await make.make_dump(folder=b"Hub", display_folder="Hub")
    again = await make.make_dump(folder=b"Hub", display_folder="Hub", number=2)
    placed = await make.make_image(first, location=await make.make_location())
    for image in (placed, *await make.make_images(first, 3)):
        await make.make_file(first, FileState.STORED, image=image)
        await make.make_file(again, FileState.DUPLICATE, image=image)
        await make.make_file(first, FileState.DUPLICATE, image=image)
    found = await places_of(api, again.id)
    earlier = encode("Dump", first.id)
    assert (found["unplaced"], found["known"]) == (0, [{"images": 3, "dump": {"id": earlier}}])
    own = await places_of(api, first.id)
    assert (own["unplaced"], own["known"]) == (3, []), "counted once"
    said = place_view.lines({"places": found, "folder": "Hub", "location": None})
    assert list(said) == [
        f"  place: 3 photos that were known before have no location: `thumper locate {earlier} LOCATION`"
    ]


async def test_a_person_who_types_a_similar_name_is_asked_too(api: Api) -> None:
    create = """mutation($name: String!) { createLocation(input: {name: $name}) {
        location { id } didYouMean { name } errors { code } } }"""

    async def made(name: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await api.ask(create, name=name))["createLocation"]
        return answer

    first = await made("Oak Stand")
    assert (first["didYouMean"], first["errors"]) == ([], [])
    assert (await made("Oak Stnd"))["didYouMean"] == [{"name": "Oak Stand"}]
    assert (await made("Oak Stand 2"))["didYouMean"] == []
    again = await made("OAK  STAND")
    assert (again["didYouMean"], again["errors"]) == (None, [{"code": "NAME_TAKEN"}])
    update = (
        """mutation($input: UpdateLocationInput!) { updateLocation(input: $input) { didYouMean { name } } }"""
    )
    for values, asked in (({"name": "Oak Stend"}, [{"name": "Oak Stnd"}]), ({"description": "x"}, [])):
        renamed = await api.ask(update, input={"locationId": first["location"]["id"]} | values)
        assert renamed["updateLocation"]["didYouMean"] == asked


async def test_a_location_is_found_however_many_blanks_are_typed(api: Api) -> None:
    await make.make_location("Oak Stand")
    query = """query($name: String!) { location(name: $name) { name }
        locations(where: {nameContains: $name}) { nodes { name } } }"""
    found = await api.ask(query, name="oak   stand")
    assert found == {"location": {"name": "Oak Stand"}, "locations": {"nodes": [{"name": "Oak Stand"}]}}
