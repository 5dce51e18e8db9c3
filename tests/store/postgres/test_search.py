from __future__ import annotations

from dataclasses import dataclass

import pytest
from tortoise.exceptions import IncompleteInstanceError

from tests import factories as make
from thumper.store.images.images import IMAGES
from thumper.store.models import Camera, Image
from thumper.store.postgres.page import Conditions, by_id, read_all, whole_table
from thumper.store.postgres.search import Search, any_of, where, without


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSearch(Search[Camera]):
    listing = whole_table(Camera)

    name: str | None = where("Called so.", "camera.name = {} OR camera.model = {}")
    serial: bool | None = where("Whether it says which one it is.", "serial <> ''", otherwise="serial = ''")
    together: int | None = where("Means something together with others.")
    models: tuple[str, ...] | None = any_of("Of any of these models.", "camera.model", kind="text")
    without_maker: bool | None = without("Of no maker that is known.", "camera.make")


def asked(search: CameraSearch) -> tuple[str, list[object]]:
    conditions: Conditions = search.conditions()
    return conditions.sql, conditions.values


def test_an_empty_search_finds_everything() -> None:
    assert asked(CameraSearch()) == ("TRUE", [])


def test_a_value_stands_wherever_its_sql_has_a_place_for_it() -> None:
    assert asked(CameraSearch(name="E1")) == ("camera.name = $1 OR camera.model = $2", ["E1", "E1"])


def test_false_asks_for_the_opposite_and_nothing_is_asked_by_a_field_without_sql() -> None:
    assert asked(CameraSearch(serial=True))[0] == "serial <> ''"
    assert asked(CameraSearch(serial=False, together=4)) == ("serial = ''", [])


def test_several_values_are_looked_for_at_once_and_a_single_one_as_an_index_has_it() -> None:
    assert asked(CameraSearch(models=("E1", "E2"))) == ("camera.model = ANY($1::text[])", [["E1", "E2"]])
    assert asked(CameraSearch(models=("E1",))) == ("camera.model = $1", ["E1"])
    assert asked(CameraSearch(models=())) == ("camera.model = ANY($1::text[])", [[]])


def test_without_finds_what_has_nothing_and_false_what_has_something() -> None:
    assert asked(CameraSearch(without_maker=True)) == ("camera.make IS NULL", [])
    assert asked(CameraSearch(without_maker=False)) == ("camera.make IS NOT NULL", [])


async def test_a_row_of_a_list_is_whole_and_is_changed_when_it_is_saved(database: str) -> None:
    made = await make.make_camera(name="E1")
    (row,) = await read_all(CameraSearch.listing, by_id(CameraSearch.listing, [made.id]), order="camera.id")
    same = await Camera.get(id=made.id)
    assert (row.id, row.name, row.created_at) == (same.id, "E1", same.created_at)
    row.name = "E2"
    await row.save()
    assert [camera.name for camera in await Camera.all()] == ["E2"]


async def test_a_column_that_a_list_leaves_out_cannot_be_overwritten(database: str) -> None:
    made = await make.make_image(await make.make_dump(), exif={"Make": "BROWNING"})
    (row,) = await read_all(IMAGES, by_id(IMAGES, [made.id]), order="image.id")
    assert not hasattr(row, "exif")
    with pytest.raises(IncompleteInstanceError):
        await row.save()
    assert (await Image.get(id=made.id)).exif == {"Make": "BROWNING"}
