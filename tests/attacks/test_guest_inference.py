"""A guest who asks cleverly finds out nothing: a library without what is hidden answers them in the same words."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from uuid import uuid4

import hypothesis
import pytest
import pytest_asyncio
from graphql import get_named_type
from hypothesis import strategies as st
from tortoise.connection import get_connections

from tests.attacks.guest_questions import Questions
from tests.attacks.hidden_library import EXACT, FRESH, NOW, OLD, SECRET, Library, build, make_twin
from tests.databases import drop_database
from thumper.domain.access import OWNER, SCOPES_OF, Actor, Role
from thumper.graphql.context import Context
from thumper.graphql.loaders import ROWS, Loaders
from thumper.graphql.relay.identity import encode
from thumper.graphql.schema import schema
from thumper.graphql.shared.events import Live
from thumper.graphql.shared.wipe_checks import WipeChecks
from thumper.ingest.context import IngestContext
from thumper.settings import Settings
from thumper.store.postgres.connect import client, database_config, open_database
from thumper.store.postgres.guest_pool import POOL
from thumper.store.postgres.postgres_client import PostgresClient

QUESTIONS: Final = 2000
AT_ONCE: Final = 10
GUEST: Final = Actor(name="neighbour", role=Role.GUEST, scopes=SCOPES_OF[Role.GUEST])

_LISTS: Final = (
    *("images", "detections", "allDeer", "locations", "cameras", "deployments", "sightings", "reviews"),
    *("identityDecisions", "allSpecies"),
)


@dataclass(slots=True)
class World:
    """The library, open for everybody and for guests, and its twin, open for guests."""

    settings: Settings
    library: Library
    twin: PostgresClient

    async def ask(self, document: str, *, actor: Actor = GUEST) -> dict[str, Any]:
        """Ask in whichever library the connections are set to."""
        ingest = IngestContext.of(self.settings)
        context = Context(
            settings=self.settings,
            ingest=ingest,
            loaders=Loaders(cache=True),
            live=Live(),
            wipes=WipeChecks(),
            base_url="http://localhost",
            request_id="the same",
            actor=actor,
        )
        result = await schema.execute(document, context_value=context)
        errors = [error.formatted for error in result.errors or ()]
        return {"data": result.data, "errors": sorted(json.dumps(error) for error in errors)}

    async def ask_twin(self, document: str) -> dict[str, Any]:
        """Ask the twin as a guest."""
        token = get_connections().set(POOL, self.twin)
        try:
            return await self.ask(document)
        finally:
            get_connections().reset(token)


@pytest_asyncio.fixture
async def world(settings: Settings, database_url: str) -> AsyncIterator[World]:
    library = await build(database_url)
    twin_url = await make_twin(database_url, library, name=f"twin_{uuid4().hex}")
    credentials = database_config(twin_url, pool_size=4)["connections"][POOL]["credentials"]
    try:
        async with open_database(database_url, pool_size=5):
            twin = PostgresClient(**credentials, connection_name=POOL)
            try:
                yield World(settings, library, twin)
            finally:
                await twin.close()
    finally:
        await drop_database(twin_url)


async def _known(world: World) -> dict[str, Sequence[Any]]:
    """Return all that one might try, of what is hidden and of what is not."""
    known: dict[str, Sequence[Any]] = {}
    for noun, listing in ROWS.items():
        rows = await client().execute_query_dict(f"SELECT id FROM {listing.model._meta.db_table} LIMIT 60")
        if rows:
            known[noun] = [encode(noun, row["id"]) for row in rows]
    images = world.library.images.values()
    known["hash"] = [image.sha256.hex() for image in images]
    known["word"] = [
        *("Creek", "creek", "Ridge", "Gus", "Hank", "e", "Zz", "buck", "BTC-1", "Odocoileus virginianus"),
        *(f"{SECRET} {word}" for word in ("stand", "feeder", "hidden", "never seen", "merged", "secretus")),
        *(f"{SECRET}{number}" for number in ("", *range(4))),
        *(image.file_name for image in list(images)[:4]),
    ]
    times = {OLD, FRESH, NOW, *(image.created_at for image in images)}
    times |= {image.taken_at for image in images if image.taken_at is not None}
    known["time"] = [time.isoformat() for time in sorted(times)]
    known["date"] = sorted({time.date().isoformat() for time in times})
    known["time of day"] = sorted({f"{time:%H:%M}" for time in times})
    return known


async def _cursors(world: World) -> dict[str, list[str]]:
    """Return the cursors that somebody who sees everything gets, by list and order."""
    cursors = {}
    assert schema._schema.query_type is not None
    for name in _LISTS:
        order_by: Any = get_named_type(schema._schema.query_type.fields[name].args["orderBy"].type)
        for order in get_named_type(order_by.fields["field"].type).values:
            for way in ("ASC", "DESC"):
                by = f"{{field: {order}, direction: {way}}}"
                answer = await world.ask(f"{{ {name}(orderBy: {by}) {{ edges {{ cursor }} }} }}", actor=OWNER)
                assert not answer["errors"], answer["errors"]
                cursors[f"{name} {by}"] = [edge["cursor"] for edge in answer["data"][name]["edges"]]
    return cursors


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_2000_questions_tell_nothing_of_what_is_hidden(world: World) -> None:
    known, cursors = await _known(world), await _cursors(world)
    loop = asyncio.get_running_loop()
    tried: list[tuple[str, dict[str, Any]]] = []

    @hypothesis.given(seed=st.integers(0, 2**64 - 1))
    @hypothesis.settings(max_examples=QUESTIONS // AT_ONCE, phases=[hypothesis.Phase.generate], database=None)
    def draw(seed: int) -> None:
        document = Questions(schema._schema, Random(seed), known, cursors).document(AT_ONCE)
        told = asyncio.run_coroutine_threadsafe(both(document), loop).result()
        tried.append((document, told))

    async def both(document: str) -> dict[str, Any]:
        told = await world.ask(document)
        _assert_same(told, await world.ask_twin(document), document)
        _assert_nothing_said(told)
        return told

    await asyncio.to_thread(draw)
    assert len(tried) * AT_ONCE >= QUESTIONS
    answered = [value for _, told in tried for value in (told["data"] or {}).values() if value is not None]
    assert len(answered) > QUESTIONS / 2, tried[0][1]["errors"][:5]  # refused questions tell nothing
    # Somebody who sees everything is told something else, so the questions are worth asking.
    some = tried[:: len(tried) // 20]
    differs = [
        told for document, told in some if (await world.ask(document, actor=OWNER))["data"] != told["data"]
    ]
    assert len(differs) > len(some) / 2


def _assert_same(told: dict[str, Any], otherwise: dict[str, Any], document: str) -> None:
    if told == otherwise:
        return
    for name, value in (told["data"] or {}).items():
        asked = re.search(rf"{name}: (.*)", document)
        assert value == (otherwise["data"] or {}).get(name), asked and asked[1]
    assert told == otherwise


def _assert_nothing_said(told: dict[str, Any]) -> None:
    text = json.dumps(told["data"], default=str)
    assert SECRET not in text
    for degrees in EXACT:
        assert f"{degrees:.3f}" not in text
