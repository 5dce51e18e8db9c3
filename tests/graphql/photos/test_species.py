"""The list of species: looked at, and added to."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.api import Api
from thumper.domain.label import ClassMap
from thumper.graphql.relay.identity import encode
from thumper.store.images import detectors
from thumper.store.models import Species
from thumper.weights import Weights

LIST: Final = """query ($where: SpeciesFilter, $order: SpeciesOrder) {
  allSpecies(first: 100, where: $where, orderBy: $order) {
  totalCount nodes { scientificName commonName origin actor { name } } } }"""
ONE: Final = "query ($id: ID, $name: String) { species(id: $id, name: $name) { scientificName } }"
ADD: Final = """mutation ($input: AddSpeciesInput!) { addSpecies(input: $input) {
  species { scientificName commonName origin actor { name } } errors { __typename code path } } }"""


async def _found(api: Api, order: Any = None, **where: Any) -> list[str]:
    answer = (await api.ask(LIST, where=where, order=order))["allSpecies"]
    assert answer["totalCount"] == len(answer["nodes"])
    return [node["scientificName"] for node in answer["nodes"]]


async def test_a_species_is_added_once(api: Api) -> None:
    made = (await api.ask(ADD, input={"scientificName": "cervus NIPPON", "commonName": " sika  deer"}))[
        "addSpecies"
    ]
    assert made["species"] == {
        "scientificName": "Cervus nippon",
        "commonName": "sika deer",
        "origin": "PERSON",
        "actor": {"name": "owner"},
    }
    again = (await api.ask(ADD, input={"scientificName": "Cervus nippon"}))["addSpecies"]
    assert again == {
        "species": None,
        "errors": [{"__typename": "NameTaken", "code": "NAME_TAKEN", "path": ["input", "scientificName"]}],
    }
    bad = (await api.ask(ADD, input={"scientificName": "deer no. 2"}))["addSpecies"]["errors"]
    assert [(error["code"], error["path"][1]) for error in bad] == [("INVALID", "scientificName")]
    assert await _found(api, origin="PERSON") == ["Cervus nippon"]


async def test_species_are_found_by_either_name_and_ordered_by_either(api: Api) -> None:
    deer = ["Odocoileus hemionus", "Odocoileus virginianus"]
    assert await _found(api, nameContains="ODOCOILEUS") == deer
    assert (
        await _found(api, {"field": "COMMON_NAME", "direction": "DESC"}, nameContains="odocoileus")
        == deer[::-1]
    )
    assert await _found(api, nameContains="tailed deer", origin="BUILT_IN") == deer[1:]
    every = await _found(api)
    assert every == sorted(every)
    assert len(every) == await Species.all().count() > 20


async def test_one_species_is_looked_up_by_id_or_name(api: Api) -> None:
    row = await Species.get(scientific_name="Odocoileus virginianus")
    known = {"species": {"scientificName": "Odocoileus virginianus"}}
    assert await api.ask(ONE, id=encode("Species", row.id)) == known
    assert await api.ask(ONE, name="odocoileus VIRGINIANUS") == known
    assert await api.ask(ONE, name="White-Tailed Deer") == known
    assert await api.ask(ONE, name="unicorn") == {"species": None}
    assert await api.refused(ONE) == "BAD_ARGUMENTS"


async def test_the_species_of_a_class_map_are_listed_when_its_detector_is_registered(api: Api) -> None:
    labels = {
        "bull": {"species": "Cervus nippon", "common_name": "sika deer", "sex": "male"},
        "cow": {"species": "cervus NIPPON", "sex": "female"},
        "doe": {"species": "Odocoileus virginianus", "common_name": "another name"},
    }
    class_map = ClassMap.parse({"labels": labels}, name="m.toml")
    weights = Weights(Path("model.pt"), b"1" * 32, "model", class_map)
    detector_id = await detectors.register(weights, make_current=True)
    assert await detectors.register(weights, make_current=True) == detector_id
    assert await _found(api, origin="DETECTOR") == ["Cervus nippon"]
    assert (await Species.get(scientific_name="Odocoileus virginianus")).common_name == "white-tailed deer"
    await detectors.note_labels(detector_id, ["bull", "cow", "doe"])
    query = "{ detectors { labels { name species { scientificName commonName } } } }"
    (detector,) = (await api.ask(query))["detectors"]
    sika = {"scientificName": "Cervus nippon", "commonName": "sika deer"}
    assert [label["species"] for label in detector["labels"][:2]] == [sika, sika]
