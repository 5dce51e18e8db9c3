from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from tests.api import Api
from thumper.graphql.refusal import RequestError
from thumper.graphql.relay import identity
from thumper.store import models

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


@given(st.uuids())
def test_an_id_gives_back_type_and_uuid(uuid: UUID) -> None:
    word = identity.encode("Image", uuid)
    assert identity.split(word) == ("Image", uuid)
    assert "=" not in word
    assert "/" not in word


@given(st.text(max_size=200))
def test_whatever_text_is_no_id_is_refused_as_such(word: str) -> None:
    with pytest.raises(RequestError) as refused:
        identity.decode(word, "Image")
    assert refused.value.extensions == {"code": "BAD_ID"}


async def test_malformed_and_unknown_ids_are_told_apart(api: Api) -> None:
    assert await api.refused(NODE, id="zzz") == "BAD_ID"
    assert await api.refused(NODE, id=base64.b64encode(b"Unicorn:1").decode()) == "BAD_ID"
    assert await api.refused(NODE, id=identity.encode("Unicorn", make.unknown_id())) == "BAD_ID"
    assert await api.refused(NODE, id=identity.encode("Source", make.unknown_id())) == "BAD_ID"
    assert await api.ask(NODE, id=identity.encode("Image", make.unknown_id())) == {"node": None}
    deer = identity.encode("Deer", make.unknown_id())
    assert await api.refused("query ($id: ID!) { image(id: $id) { id } }", id=deer) == "BAD_ID"
    assert await api.ask("query ($id: ID!) { deer(id: $id) { id } }", id=deer) == {"deer": None}


async def test_several_nodes_of_several_types_are_given_in_the_order_asked_for(api: Api) -> None:
    location, deer = await make.make_location(), await make.make_deer()
    ids = [
        identity.encode("Deer", deer.id),
        identity.encode("Location", make.unknown_id()),
        identity.encode("Location", location.id),
    ]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    answer = await api.ask(query, ids=ids)
    assert answer["nodes"] == [
        {"__typename": "Deer", "id": ids[0]},
        None,
        {"__typename": "Location", "id": ids[2]},
    ]
    assert await api.refused(query, ids=ids * 50) == "PAGE_TOO_LARGE"


def bulk(wrong: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return what takes several ids, by the path to the second one, with that one wrong."""

    def two(name: str) -> list[str]:
        return [identity.encode(name, make.unknown_id()), wrong]

    changes: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, field, type_name, more in (
        ("starImages", "imageIds", "Image", {}),
        ("unstarImages", "imageIds", "Image", {}),
        ("tagImages", "imageIds", "Image", {"tags": ["x"]}),
        ("untagImages", "imageIds", "Image", {"tags": ["x"]}),
        ("markImagesEmpty", "imageIds", "Image", {}),
        ("unmarkImagesEmpty", "imageIds", "Image", {}),
        ("deleteImages", "imageIds", "Image", {}),
        ("undoDeletions", "deletionIds", "Deletion", {}),
        ("setLocation", "imageIds", "Image", {"nowhere": True}),
        ("confirmClocks", "dumpIds", "Dump", {}),
        ("unconfirmClocks", "dumpIds", "Dump", {}),
        (
            "decideIdentity",
            "detectionIds",
            "Detection",
            {"deerId": identity.encode("Deer", make.unknown_id()), "verdict": "IS"},
        ),
    ):
        changes[f"{name} input.{field}.1"] = (name, {field: two(type_name), **more})
    items = [{"detectionId": word, "verdict": "CONFIRMED"} for word in two("Detection")]
    return changes | {"reviewDetections input.items.1.detectionId": ("reviewDetections", {"items": items})}


async def test_a_wrong_id_among_several_is_named_by_its_place(api: Api) -> None:
    for case, (name, asked) in bulk("zzz").items():
        kind = name[0].upper() + name[1:] + "Input!"
        query = f"mutation ($input: {kind}) {{ {name}(input: $input) {{ errors {{ code }} }} }}"
        (error,) = (await api.post(query, input=asked))["errors"]
        place = case.partition(" ")[2]
        assert error["message"].startswith(f"{place}: 'zzz' is no id"), case
        assert error["extensions"] == {"code": "BAD_ID", "inputPath": place.split(".")}, case


async def test_a_wrong_id_among_those_of_a_filter_or_of_nodes_is_named_by_its_place(api: Api) -> None:
    good, bad = identity.encode("Location", make.unknown_id()), identity.encode("Deer", make.unknown_id())
    for query, path in (
        ("query ($ids: [ID!]) { images(where: {locationIds: $ids}) { totalCount } }", ["locationIds", "1"]),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ["ids", "1"]),
    ):
        (error,) = (await api.post(query, ids=[good, bad if "where" in query else "zzz"]))["errors"]
        assert error["extensions"] == {"code": "BAD_ID", "inputPath": path}


async def test_every_kind_of_record_can_be_looked_up_by_its_id(api: Api) -> None:
    detector = await make.make_detector()
    dump = await make.make_dump(await make.make_location())
    image, (box,) = await make.make_boxed_image(dump, detector)
    rows: list[Any] = [
        detector,
        dump,
        image,
        box,
        await make.make_camera(),
        await make.make_sighting(box, await make.make_deer()),
        await models.IdentityDecision.get(),
        await models.Species.all().first(),
    ]
    for row in rows:
        name = type(row).__name__
        word = identity.encode(name, row.id)
        assert (await api.ask(NODE, id=word))["node"] == {"id": word, "__typename": name}
        if name not in {"Sighting", "IdentityDecision"}:
            field = name[0].lower() + name[1:]
            query = f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}"
            assert (await api.ask(query, id=word))[field] == {"id": word}
