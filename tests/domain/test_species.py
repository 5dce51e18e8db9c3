"""How the names of species are written, and which one a name means."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from thumper.domain import species
from thumper.domain.refusal import InvalidValueError


@dataclass(frozen=True)
class Listed:
    scientific_name: str
    common_name: str


LIST = [
    Listed("Odocoileus virginianus", "white-tailed deer"),
    Listed("Odocoileus hemionus", "mule deer"),
    Listed("Cervus canadensis", "elk"),
    Listed("Alces alces", "elk"),
    Listed("Cervidae", ""),
]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Odocoileus virginianus", "Odocoileus virginianus"),
        ("  odocoileus   VIRGINIANUS ", "Odocoileus virginianus"),
        ("Cervidae", "Cervidae"),
        ("canis lupus × familiaris", "Canis lupus × familiaris"),
        ("Canis cf. latrans", "Canis cf. latrans"),
        ("Odocoileus virginianus texanus", "Odocoileus virginianus texanus"),
    ],
)
def test_a_scientific_name_is_written_as_scientists_do(written: str, name: str) -> None:
    assert species.scientific_name(written) == name


@pytest.mark.parametrize(
    "written", ["", " ", "deer (male)", "Weißwedelhirsch", "Cervus 2", "x" * 201, "a\0b"]
)
def test_what_is_no_scientific_name_is_refused(written: str) -> None:
    with pytest.raises(InvalidValueError):
        species.scientific_name(written)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("odocoileus HEMIONUS", LIST[1:2]),
        ("White-tailed  Deer", LIST[:1]),
        ("elk", LIST[2:4]),
        ("deer", []),
        ("", []),
    ],
)
def test_a_name_means_a_species_by_its_scientific_or_else_its_common_name(
    name: str, found: list[Listed]
) -> None:
    assert species.meant(name, LIST) == found


def test_near_names_are_proposed_the_likeliest_first_and_each_species_once() -> None:
    assert species.near("Odocoileus virginanus", LIST)[0] == LIST[0]
    assert species.near("whitetailed deer", LIST) == LIST[:1]
    assert species.near("zebra", LIST) == []
    twice = Listed("mule deer", "mule  deer")
    assert species.near("mule dear", [twice]) == [twice]
