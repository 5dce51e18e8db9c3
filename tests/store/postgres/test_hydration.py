from __future__ import annotations

from typing import Any

from tests import factories as make
from thumper.store import models
from thumper.store.images.images import IMAGES
from thumper.store.postgres.connect import client
from thumper.store.postgres.hydration import hydrate
from thumper.store.postgres.page import Conditions, read_all, whole_table


def _told(row: Any) -> dict[str, Any]:
    return {name: (value, type(value).__mro__[-2]) for name, value in vars(row).items()}


async def test_a_row_is_as_the_orm_would_make_it(database: None) -> None:
    detector, location = await make.make_detector(), await make.make_location()
    dump = await make.make_dump(location)
    image, _ = await make.make_boxed_image(dump, detector, location=location, boxes=2)
    for model in (models.Image, models.Detection, models.Location, models.Dump, models.Detector, models.Job):
        rows = await read_all(whole_table(model), Conditions(), order="id")
        wanted = await model.all().order_by("id")
        assert rows
        assert list(map(_told, rows)) == list(map(_told, wanted))
    (row,) = await read_all(IMAGES, Conditions(), order="id")
    assert (row, row.state, row.sha256) == (image, image.state, image.sha256)


async def test_a_row_without_some_of_its_columns_can_be_changed(database: None) -> None:
    await make.make_image(await make.make_dump())
    (row,) = await read_all(IMAGES, Conditions(), order="id")
    row.file_name = "OTHER.JPG"
    await row.save(update_fields=["file_name"])
    assert (await models.Image.get()).file_name == "OTHER.JPG"


async def test_other_columns_become_attributes(database: None) -> None:
    await make.make_location()
    _, records = await client().execute_query("SELECT location.*, 7 AS beside FROM location")
    (row,) = hydrate(models.Location, records)
    assert (row.beside, hydrate(models.Location, [])) == (7, [])  # type: ignore[attr-defined]
