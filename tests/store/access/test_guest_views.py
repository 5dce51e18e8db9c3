from __future__ import annotations

import datetime as dt
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from tests import factories as make
from thumper.domain.access import SCOPES_OF, Role
from thumper.domain.guest_view import DELAY
from thumper.errors import SettingError
from thumper.graphql.loaders import ROWS
from thumper.store import models
from thumper.store.access import guest_views, people, tokens
from thumper.store.postgres.connect import client, migrate_database, open_database
from thumper.store.postgres.guest_pool import (
    SCHEMA,
    NotAGuestError,
    as_guest,
    is_guest,
    refuse_more_than_views,
)
from thumper.store.postgres.schema_version import RECORD

HOUR = dt.timedelta(hours=1)


async def _columns(schema: str) -> dict[str, list[tuple[str, str]]]:
    rows = await client().execute_query_dict(
        "SELECT relname, attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute"
        " JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = to_regnamespace($1)::oid AND attnum > 0"
        " AND NOT attisdropped AND relkind IN ('r', 'v') ORDER BY relname, attname",
        [schema],
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row["relname"], []).append((row["attname"], row["type"]))
    return found


async def test_a_view_has_the_columns_of_its_table(database: str) -> None:
    tables, views = await _columns("public"), await _columns(SCHEMA)
    assert set(views) - set(tables) == {"picture"}
    assert {name: tables[name] for name in views if name in tables} == {
        name: columns for name, columns in views.items() if name in tables
    }


async def test_each_record_that_is_found_by_its_id_has_a_view(database: str) -> None:
    assert {listing.model._meta.db_table for listing in ROWS.values()} <= set(await _columns(SCHEMA))


async def test_a_guest_reaches_no_table(database: str) -> None:
    tables = await _columns("public")
    secret = sorted(set(tables) - set(await _columns(SCHEMA)))
    assert {"feed", "process", "backup", "idempotency_key", RECORD} <= set(secret)
    with as_guest():
        assert is_guest()
        for name in secret:
            with pytest.raises(OperationalError, match="does not exist"):
                await client().execute_query(f'SELECT 1 FROM "{name}"')
    assert not is_guest()


async def test_a_guest_finds_no_people_and_no_credentials(database: str) -> None:
    person = await people.add("Ann", Role.MEMBER)
    await tokens.issue(person, "test", SCOPES_OF[Role.MEMBER])
    with as_guest():
        for model in (models.Person, models.Token, models.Session, models.SignInLink):
            assert await model.all().count() == 0


async def test_a_guest_can_write_nothing(database: str) -> None:
    location = await make.make_location(shared=True)
    with as_guest():
        assert await models.Location.filter(id=location.id).exists()
        with pytest.raises(TransactionManagementError, match="read-only"):
            await models.Location.filter(id=location.id).update(name="Mine")
        async with in_transaction("default") as transaction:
            assert is_guest()
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await transaction.execute_query("UPDATE location SET name = 'Mine'")


async def test_the_pools_are_told_apart(database: str) -> None:
    asked = "SELECT current_setting('application_name') AS name, current_setting('search_path') AS path"
    with as_guest():
        assert await client().execute_query_dict(asked) == [{"name": "thumper guest", "path": SCHEMA}]
    (own,) = await client().execute_query_dict(asked)
    assert own["name"] == "thumper"
    assert SCHEMA not in own["path"]


async def test_what_takes_the_settings_away_makes_no_guest(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        name = await connection.fetchval("SELECT current_database()")
        # As a pooler in between might: it hands on a connection that does not have them.
        await connection.execute(f'ALTER DATABASE "{name}" SET search_path = public')
        with pytest.raises(NotAGuestError, match="search_path"):
            await refuse_more_than_views(connection, {"search_path": SCHEMA})
        await connection.execute(f'ALTER DATABASE "{name}" RESET search_path')
    finally:
        await connection.close()


@pytest.fixture
async def seen(database: str) -> models.Location:
    return await make.make_location("Creek", shared=True, latitude=30.267213, longitude=-97.743157)


@pytest.mark.parametrize(
    ("taken", "arrived", "may"),
    [
        (DELAY + HOUR, DELAY + HOUR, True),
        (DELAY - HOUR, DELAY + HOUR, False),
        (DELAY + HOUR, DELAY - HOUR, False),  # also with a clock that is wrong by years
        (None, DELAY + HOUR, True),
        (None, DELAY - HOUR, False),
        (-HOUR, DELAY + HOUR, False),
    ],
)
async def test_a_photo_is_seen_48_hours_after_the_later_of_its_times(
    seen: models.Location, taken: dt.timedelta | None, arrived: dt.timedelta, may: bool
) -> None:
    now = dt.datetime.now(dt.UTC)
    await make.make_image(
        await make.make_dump(),
        location=seen,
        taken_at=None if taken is None else now - taken,
        created_at=now - arrived,
    )
    with as_guest():
        assert await models.Image.all().count() == may
        tally = await client().execute_query_dict("SELECT sum(images)::int AS images FROM image_tally")
        assert tally == [{"images": int(may)}]


async def test_coordinates_are_rounded(seen: models.Location) -> None:
    with as_guest():
        row = await models.Location.get(id=seen.id)
    assert (row.latitude, row.longitude) == (30.3, -97.7)


async def test_photos_do_not_tell_that_their_place_lies_where_rounding_changes(database: str) -> None:
    edge = await make.make_location("Edge", shared=True, latitude=30.2499, longitude=-97.7501)
    unplaced = await make.make_location("Unplaced", shared=True)
    dump = await make.make_dump()
    shots: list[tuple[models.Location, dict[str, Any]]] = [
        *((edge, {"latitude": 30.2499 + far, "longitude": -97.7501 + far}) for far in (-0.001, 0.001)),
        (edge, {}),
        (unplaced, {"latitude": 30.1, "longitude": -97.1}),
    ]
    for place, position in shots:
        await make.make_image(dump, location=place, created_at=make.NOON, **position)
    with as_guest():
        rows = await models.Image.all()
    told = sorted(((row.latitude, row.longitude) for row in rows), key=repr)
    assert told == [(30.2, -97.8), (30.2, -97.8), (None, None), (None, None)]


async def test_a_place_is_seen_while_it_is_shared(seen: models.Location) -> None:
    image = await make.make_image(await make.make_dump(), location=seen, created_at=make.NOON)
    for shared in (True, False):
        await models.Location.filter(id=seen.id).update(shared=shared)
        with as_guest():
            assert await models.Image.filter(id=image.id).exists() is shared
            assert await models.Location.filter(id=seen.id).exists() is shared


async def test_the_views_are_made_anew_when_they_are_not_those_of_this_program(database: str) -> None:
    async with in_transaction("default") as transaction:
        assert not await guest_views.ensure(transaction)
        await transaction.execute_script(f"COMMENT ON SCHEMA {SCHEMA} IS 'older'; DROP VIEW {SCHEMA}.picture")
        assert await guest_views.ensure(transaction)
        assert not await guest_views.ensure(transaction)
    assert "picture" in await _columns(SCHEMA)


async def test_a_user_who_may_make_no_schema_is_told_what_to_do(database: str) -> None:
    async def try_as_limited() -> None:
        async with in_transaction("default") as transaction:  # the role is rolled back with it
            await transaction.execute_script(guest_views.DROP)
            await transaction.execute_script("CREATE ROLE limited; SET LOCAL ROLE limited")
            await guest_views.ensure(transaction)

    with pytest.raises(SettingError, match="GRANT CREATE ON DATABASE"):
        await try_as_limited()


async def test_a_database_without_views_gets_them_at_the_next_start(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(guest_views.DROP)  # as after a restore
    await connection.close()
    assert await migrate_database(database_url) == []
    async with open_database(database_url):
        assert "image" in await _columns(SCHEMA)


def _sources() -> dict[str, Any]:
    return dict(guest_views._VIEWS)


def test_what_is_shown_is_said_once() -> None:
    for name, view in _sources().items():
        shown = view.shown.split()
        assert len(shown) == len(set(shown)), name
        assert not set(shown) & set(view.instead), name
