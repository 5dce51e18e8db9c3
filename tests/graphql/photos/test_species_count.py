"""Each number of the species that were seen is the total of the photos that the same filter finds with it."""

from __future__ import annotations

from random import Random
from typing import Any

from tests import factories as make
from tests.api import Api
from tests.people import make_asker
from thumper.domain.access import Role
from thumper.graphql.relay.identity import encode
from thumper.store import models

COUNTS = """query ($where: ImageFilter) { speciesCounts(where: $where) {
    scientificName imageCount species { commonName } latestImage { id } } }"""
TOTAL = "query ($where: ImageFilter) { images(where: $where, first: 1) { totalCount nodes { id } } }"
NAMES = ("Odocoileus virginianus", "Procyon lotor", "Sus scrofa", None)


async def fill() -> models.Location:
    """Photos with boxes of several species, of a current and an old detector, some rejected or too faint."""
    draw, dump = Random(17), await make.make_dump()
    current, old = await make.make_detector(), await make.make_detector(current=False)
    place = await make.make_location("Creek", shared=True)
    for image in await make.make_images(dump, 30):
        await models.Image.filter(id=image.id).update(
            location_id=draw.choice((place.id, None)), damaged=draw.random() < 0.3
        )
        for detector in (current, old):
            run = await make.make_run(image, detector)
            for _ in range(draw.randrange(3)):
                name = draw.choice(NAMES)
                await make.make_detection(
                    run,
                    species=name.lower() if name and draw.random() < 0.2 else name,
                    sex=draw.choice(("male", "female")),
                    life_stage=draw.choice(("adult", "juvenile")),
                    confidence=draw.choice((0.3, 0.6, 0.9)),
                    shown=draw.random() < 0.8,
                    verdict=draw.choice((None, None, "rejected")),
                )
    return place


def filters(place: models.Location) -> list[dict[str, Any]]:
    draw, found = Random(1), []
    offered: dict[str, Any] = {
        "locationId": encode("Location", place.id),
        "damaged": True,
        "sex": "MALE",
        "lifeStage": "ADULT",
        "minConfidence": 0.5,
        "species": "procyon lotor",
        "date": "2024-11-09",
        "withoutDetections": False,
        "reviewed": False,
    }
    for _ in range(12):
        names = draw.sample(sorted(offered), draw.randrange(1, 4))
        found.append({name: offered[name] for name in names})
    return found


async def test_each_count_is_the_total_of_the_filter_with_that_species(api: Api) -> None:
    place = await fill()
    seen = 0
    for where in ({}, *filters(place), {"withoutDetections": True}):
        counts = (await api.ask(COUNTS, where=where))["speciesCounts"]
        assert [count["imageCount"] for count in counts] == sorted(
            (count["imageCount"] for count in counts), reverse=True
        )
        told = {count["scientificName"].lower() for count in counts}
        assert len(told) == len(counts)
        for name in filter(None, NAMES):
            if where.get("species", name).lower() != name.lower():
                assert name.lower() not in told
                continue
            listed = (await api.ask(TOTAL, where=where | {"species": name}))["images"]
            (own,) = [count for count in counts if count["scientificName"].lower() == name.lower()] or [None]
            assert (own["imageCount"] if own else 0) == listed["totalCount"], (where, name)
            assert own is None or own["latestImage"] == listed["nodes"][0]
            seen += own is not None
    assert seen > 10


async def test_the_species_of_the_list_is_told(api: Api) -> None:
    image, _ = await make.make_boxed_image(await make.make_dump(), await make.make_detector())
    (told,) = (await api.ask(COUNTS))["speciesCounts"]
    assert told == {
        "scientificName": "Odocoileus virginianus",
        "imageCount": 1,
        "species": {"commonName": "white-tailed deer"},
        "latestImage": {"id": encode("Image", image.id)},
    }


async def test_a_guest_counts_what_a_guest_sees(api: Api) -> None:
    place = await fill()
    (total,) = await make.make_images(await make.make_dump(), 1)
    guest = await make_asker("Gus", Role.GUEST)
    await models.Image.all().update(created_at=make.NOON)
    body = {"query": COUNTS, "variables": {"where": {}}}
    answer = (await api.anonymous.post("/graphql", json=body, headers=guest.headers)).json()
    owners = await api.ask(COUNTS, where={"locationId": encode("Location", place.id)})
    assert answer["data"]["speciesCounts"] == owners["speciesCounts"]
    assert (await api.ask(COUNTS))["speciesCounts"] != owners["speciesCounts"]
    assert total.location_id is None
