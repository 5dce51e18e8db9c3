"""Recipes on the disk, with parts that are no models: what is read here is only known by its content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from thumper.domain.label import Sex
from thumper.errors import DetectorError
from thumper.recipe_file import read_recipe

PARTS = {"own.pt": b"one", "coco.pt": b"another", "lite0.pth": b"a third", "head.npz": b"a head"}


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    for name, content in PARTS.items():
        (tmp_path / name).write_bytes(content)
    own, coco, look, head = (hashlib.sha256(content).hexdigest() for content in PARTS.values())
    path = tmp_path / "deer.toml"
    path.write_text(
        f"""
name = "Deer of two networks"
format = 1
unnamed = "deer"
default_threshold = 0.46
network = [{{file = "own.pt", sha256 = "{own}"}}, {{file = "coco.pt", sha256 = "{coco}", joined = ["cow"]}}]
second_look = {{file = "lite0.pth", sha256 = "{look}", head_file = "head.npz", head_sha256 = "{head}"}}
[labels.buck]
sex = "male"
""",
        "utf-8",
    )
    return path


def test_a_recipe_is_read_with_its_class_map_and_its_parts_are_beside_it(recipe: Path) -> None:
    told = read_recipe(recipe)
    assert told.name == "Deer of two networks"
    assert told.class_map.meaning("buck").sex is Sex.MALE
    assert told.class_map.meaning("deer").threshold == 0.46
    assert [told.path_of(part).read_bytes() for part in told.recipe.parts] == list(PARTS.values())


def test_a_copy_of_the_folder_and_other_meanings_are_the_same_detector(recipe: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy"
    other.mkdir()
    for name in PARTS:
        (other / name).write_bytes((recipe.parent / name).read_bytes())
    text = recipe.read_text("utf-8").replace("0.46", "0.5").replace('name = "Deer of two networks"\n', "")
    (other / "mine.toml").write_text(text, "utf-8")
    copied = read_recipe(other / "mine.toml")
    assert copied.recipe.identity == read_recipe(recipe).recipe.identity
    assert copied.name == "mine"


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_was_damaged_or_is_missing_is_named(recipe: Path, name: str) -> None:
    part = recipe.parent / name
    part.write_bytes(PARTS[name] + b"!")
    with pytest.raises(DetectorError, match=rf"{name} has SHA-256 .* damaged or replaced"):
        read_recipe(recipe)
    part.unlink()
    with pytest.raises(DetectorError, match=rf"{name}, a part of the detector .*deer\.toml, cannot be read"):
        read_recipe(recipe)


def test_a_file_that_is_none_is_said_to_be_none(recipe: Path) -> None:
    with pytest.raises(DetectorError, match=r"missing\.toml cannot be read"):
        read_recipe(recipe.with_name("missing.toml"))
    for wrong, message in (
        ("format = ", "no valid TOML"),
        ("name = 3", "field name"),
        ("labels = 3", "labels: expected a table"),
        ("", "field format"),
    ):
        recipe.write_text(wrong, "utf-8")
        with pytest.raises(DetectorError, match=message):
            read_recipe(recipe)
    recipe.write_bytes(b"\xff\xfe")
    with pytest.raises(DetectorError, match="no valid TOML"):
        read_recipe(recipe)
