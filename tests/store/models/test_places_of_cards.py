"""What the migration makes of names that were stored with several blanks."""

from __future__ import annotations

import importlib

from tests.factories import make_location
from thumper.store.models import Location
from thumper.store.postgres.connect import client

MIGRATION = importlib.import_module("thumper.migrations.0013_places_of_cards")


async def test_blanks_in_names_become_one_where_no_other_location_has_that_name(database: str) -> None:
    named = ["Oak  Stand", "OAK   STAND", "Barn  Feed", "barn feed", " Creek\u00a0 Bed", "Ridge", "\u00a0"]
    for name in named:
        await make_location(name)
    for _ in range(2):
        await client().execute_query_dict(MIGRATION.ONE_BLANK)
        names = [location.name for location in await Location.all().order_by("id")]
        assert names == [
            "Oak Stand",
            "OAK   STAND",
            "Barn  Feed",
            "barn feed",
            "Creek Bed",
            "Ridge",
            "\u00a0",
        ]
