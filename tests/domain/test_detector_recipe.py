from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.detector_recipe import DetectorRecipe
from thumper.domain.joined_box import JOIN_IOU, Weighing
from thumper.errors import DetectorError

A, B, C, D = ("abcd"[number] * 64 for number in range(4))
TEXT = f"""
format = 1
unnamed = "deer"

[[network]]
file = "own.pt"
sha256 = "{A}"
longest_px = 512
floor = 0.03
overlap = 0.6
veto_power = 0.25
unasked = ["turkey"]

[[network]]
file = "coco.pt"
sha256 = "{B}"
power = 0.5
veto_power = 0.5
joined = ["cow", "dog"]

[second_look]
file = "lite0.pth"
sha256 = "{C.upper()}"
head_file = "head.npz"
head_sha256 = "{D}"
"""


def table() -> dict[str, Any]:
    return tomllib.loads(TEXT)


def parsed(mapping: dict[str, Any]) -> DetectorRecipe:
    return DetectorRecipe.parse(mapping, name="deer.toml")


def test_a_recipe_says_its_parts_how_they_look_and_what_is_left_out_is_usual() -> None:
    recipe = parsed(table())
    own, coco = recipe.networks
    assert (own.longest_px, own.floor, own.overlap, own.unasked) == (512, 0.03, 0.6, ("turkey",))
    assert (coco.longest_px, coco.floor, coco.overlap, coco.joined) == (640, 0.05, 0.7, ("cow", "dog"))
    assert (own.weighing, coco.weighing) == (Weighing(1, 0.25), Weighing(0.5, 0.5))
    assert (recipe.second_look.side_px, recipe.overlap) == (224, JOIN_IOU)
    assert [part.file for part in recipe.parts] == ["own.pt", "coco.pt", "lite0.pth", "head.npz"]
    assert [part.sha256 for part in recipe.parts] == [A, B, C, D]
    bare = table()
    del bare["second_look"]["head_file"], bare["second_look"]["head_sha256"]
    assert len(parsed(bare).parts) == 3


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "unnamed": lambda told: told.update(unnamed="animal"),
    "overlap": lambda told: told.update(overlap=0.5),
    "a network's content": lambda told: told["network"][0].update(sha256=C),
    "a network's size": lambda told: told["network"][0].update(longest_px=480),
    "a network's floor": lambda told: told["network"][1].update(floor=0.04),
    "a network's overlap": lambda told: told["network"][1].update(overlap=0.65),
    "a power": lambda told: told["network"][1].update(power=0.6),
    "a veto's power": lambda told: told["network"][0].update(veto_power=0.5),
    "joined classes": lambda told: told["network"][1].update(joined=["cow"]),
    "unasked labels": lambda told: told["network"][0].update(unasked=[]),
    "the order": lambda told: told["network"].reverse(),
    "one less": lambda told: told["network"].pop(),
    "the classifier": lambda told: told["second_look"].update(sha256=A),
    "its size": lambda told: told["second_look"].update(side_px=192),
    "the head": lambda told: told["second_look"].update(head_sha256=A),
}


@given(st.permutations(sorted(CHANGES)))
def test_every_change_that_moves_boxes_is_another_detector(order: list[str]) -> None:
    seen = {parsed(table()).identity}
    for change in order:
        told = table()
        CHANGES[change](told)
        assert parsed(told).identity not in seen, change
        seen.add(parsed(told).identity)
    assert all(len(identity) == 32 for identity in seen)


def test_where_files_lie_and_what_goes_without_saying_make_no_other_detector() -> None:
    told = table()
    told["network"][0]["file"], told["second_look"]["head_file"] = "renamed.pt", "h.npz"
    told["network"][1] |= {"floor": 0.05, "longest_px": 640}
    told["overlap"] = JOIN_IOU
    assert parsed(told).identity == parsed(table()).identity
    assert parsed(told) != parsed(table())


def test_an_identity_stays_what_it_was() -> None:
    """Boxes that are stored bear it."""
    assert (
        parsed(table()).identity.hex() == "23d19ff77c1c994156993fb7bd828f7adb3496d614605c577057ec32cce6235e"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda told: told.update(format=2), r"deer\.toml, field format: expected 1.*got 2"),
        (lambda told: told.pop("format"), "field format.*got None"),
        (lambda told: told.update(network=[]), "field network: expected one table"),
        (lambda told: told.update(network="own.pt"), "field network: expected one table"),
        (lambda told: told["network"].append(3), "network 3: expected a table, got 3"),
        (lambda told: told.pop("second_look"), "second_look: expected a table"),
        (lambda told: told.update(overlp=0.5), "unknown field 'overlp'; did you mean overlap"),
        (
            lambda told: told["network"][1].update(extra=1),
            "network 2: unknown field 'extra'; known fields: file",
        ),
        (
            lambda told: told["network"][0].update(file="../own.pt"),
            "network 1, field file: expected the name",
        ),
        (lambda told: told["network"][0].update(file=".."), "field file: expected the name"),
        (lambda told: told["network"][0].update(sha256="abc"), "field sha256: expected 64 hex digits"),
        (
            lambda told: told["network"][0].update(longest_px=500),
            "field longest_px: expected pixels, a multiple",
        ),
        (lambda told: told["network"][0].update(longest_px=True), "field longest_px"),
        (lambda told: told["network"][0].update(floor=0), "field floor: expected a number between"),
        (lambda told: told["network"][0].update(power=float("nan")), "field power: expected a number"),
        (lambda told: told["network"][0].update(power=False), "field power: expected a number"),
        (lambda told: told["network"][0].update(unasked="turkey"), "field unasked: expected a list"),
        (lambda told: told["second_look"].pop("head_sha256"), "second_look, field head_sha256"),
        (lambda told: told.update(unnamed=" "), "field unnamed: expected a text"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_field(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    told = table()
    change(told)
    with pytest.raises(DetectorError, match=message):
        parsed(told)
