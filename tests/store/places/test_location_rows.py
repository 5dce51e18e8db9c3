"""All who write locations meet the same rules: here without the API."""

from __future__ import annotations

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.clocks import ZONE
from thumper.domain.refusal import InvalidValueError, NameTakenError, NoRecordError
from thumper.store import models
from thumper.store.places import location_rows
from thumper.store.places.location_rows import LocationInUseError


async def test_a_location_made_by_hand_and_one_that_arrives_by_name_are_one(database: str) -> None:
    made = await location_rows.create(" Creek ", latitude=30.5, longitude=-97.5)
    async with in_transaction("default") as transaction:
        found = await location_rows.make(transaction, ["CREEK", "Ridge"])
    assert found["CREEK"].location_id == made.id
    with pytest.raises(NameTakenError, match="Another location is called ridge"):
        await location_rows.create("ridge")
    with pytest.raises(NameTakenError):
        await location_rows.update(made.id, {"name": "RIDGE"}, server_zone=ZONE)
    assert {row.name for row in await models.Location.all()} == {"Creek", "Ridge"}


async def test_what_cannot_be_is_refused_and_changes_nothing(database: str) -> None:
    with pytest.raises(InvalidValueError, match="go together"):
        await location_rows.create("Creek", latitude=30.5)
    creek = await location_rows.create("Creek")
    with pytest.raises(InvalidValueError, match="go together"):
        await location_rows.update(creek.id, {"name": "Ridge", "longitude": 5.0}, server_zone=ZONE)
    with pytest.raises(NoRecordError):
        await location_rows.update(make.unknown_id(), {"name": "Ridge"}, server_zone=ZONE)
    assert (await models.Location.get()).name == "Creek"


async def test_a_location_goes_only_when_nothing_refers_to_it(database: str) -> None:
    creek = await location_rows.create("Creek")
    dump = await make.make_dump(creek)
    with pytest.raises(LocationInUseError) as refused:
        await location_rows.delete(creek.id)
    assert (refused.value.images, refused.value.dumps) == (0, 1)
    await models.Dump.filter(id=dump.id).update(location_id=None)
    await location_rows.delete(creek.id)
    with pytest.raises(NoRecordError):
        await location_rows.delete(creek.id)
