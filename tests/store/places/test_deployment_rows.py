"""Which stay of which camera a photo belongs to."""

from __future__ import annotations

import asyncio
from uuid import UUID

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from thumper.store import models
from thumper.store.places import deployment_rows
from thumper.store.places.deployment_rows import CameraStay
from thumper.store.postgres.connect import client


async def join(
    camera: models.Camera, *places: models.Location, dump: models.Dump | None = None
) -> list[UUID]:
    """Take photos of a camera in, of each place in turn; return their deployments."""
    dump = dump or await make.make_dump()
    stays = [CameraStay(camera.id, place.id, dump.id) for place in places]
    async with in_transaction("default") as transaction:
        found = await deployment_rows.join(transaction, stays)
    return [found[stay] for stay in stays]


async def present(camera: models.Camera) -> list[UUID]:
    return [stay.id for stay in await models.Deployment.filter(camera=camera, ended_at=None)]


@pytest.mark.parametrize("who", [{"serial": "HP2-17"}, {"name": "NORTH RIDGE"}])
async def test_a_camera_that_says_who_it_is_is_at_one_place_at_a_time(
    database: str, who: dict[str, str]
) -> None:
    camera = await make.make_camera(**who)
    creek, ridge = await make.make_location(), await make.make_location()
    (first,) = await join(camera, creek)
    assert await join(camera, creek) == [first]
    (second,) = await join(camera, ridge)
    assert await present(camera) == [second]
    assert (await models.Deployment.get(id=first)).ended_at is not None
    (third,) = await join(camera, creek)
    assert third not in {first, second}
    assert await present(camera) == [third]


async def test_photos_that_name_only_make_and_model_have_one_stay_a_place(database: str) -> None:
    """Two cameras alike, at two places, whose cards arrive in turn."""
    camera = await make.make_camera()
    creek, ridge = await make.make_location(), await make.make_location()
    first, second = await join(camera, creek, ridge)
    for _ in range(2):
        assert await join(camera, creek) == [first]
        assert await join(camera, ridge) == [second]
    assert set(await present(camera)) == {first, second}


async def test_two_cards_of_one_camera_that_arrive_side_by_side_do_not_end_each_others_stay(
    database: str,
) -> None:
    camera = await make.make_camera(serial="HP2-17")
    creek, ridge = await make.make_location(), await make.make_location()
    of_creek, of_ridge = await make.make_dump(creek), await make.make_dump(ridge)
    (first,) = await join(camera, creek, dump=of_creek)
    (second,) = await join(camera, ridge, dump=of_ridge)
    for _ in range(2):
        assert await join(camera, creek, dump=of_creek) == [first]
        assert await join(camera, ridge, dump=of_ridge) == [second]
    assert await present(camera) == [second]
    assert await models.Deployment.all().count() == 2


async def test_a_camera_seen_at_two_places_at_once_stays_at_the_last(database: str) -> None:
    camera = await make.make_camera(serial="HP2-17")
    creek, ridge, oak = [await make.make_location() for _ in range(3)]
    (before,) = await join(camera, oak)
    dump = await make.make_dump()
    first, second, again = await join(camera, creek, ridge, creek, dump=dump)
    assert first == again
    assert await present(camera) == [second]
    assert await join(camera, creek, dump=dump) == [first]
    assert before not in {first, second}


async def test_no_stay_costs_nothing(database: str) -> None:
    async with in_transaction("default") as transaction:
        assert await deployment_rows.join(transaction, []) == {}


async def test_processes_that_take_in_photos_of_the_same_cameras_open_one_stay_each(database: str) -> None:
    """In whatever order they name the cameras, without a deadlock."""
    cameras = [await make.make_camera(serial=f"S{number}") for number in range(6)]
    places = [await make.make_location() for _ in range(3)]
    dumps = [await make.make_dump() for _ in range(8)]

    async def take_in(number: int) -> set[UUID]:
        order = cameras if number % 2 else cameras[::-1]
        stays = [CameraStay(camera.id, places[0].id, dumps[number].id) for camera in order]
        async with in_transaction("default") as transaction:
            found = await deployment_rows.join(transaction, stays)
            await asyncio.sleep(0.01)
        return set(found.values())

    found = await asyncio.gather(*(take_in(number) for number in range(8)))
    assert len(set().union(*found)) == 6
    assert await models.Deployment.all().count() == 6


async def test_postgresql_itself_refuses_two_present_stays_of_a_camera_at_a_place(database: str) -> None:
    camera, creek = await make.make_camera(), await make.make_location()
    await join(camera, creek)
    with pytest.raises(Exception, match="deployment_present_key") as refused:
        await client().execute_query_dict(
            "INSERT INTO deployment (id, camera_id, location_id) VALUES ($1, $2, $3)",
            [make.unknown_id(), camera.id, creek.id],
        )
    assert isinstance(refused.value.args[0], asyncpg.UniqueViolationError)
