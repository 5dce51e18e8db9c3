from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.api import Api
from tests.live import asked_over_websocket
from tests.patience import until
from thumper.domain.progress import FileState
from thumper.graphql.loaders import Loaders
from thumper.graphql.relay.identity import encode
from thumper.graphql.shared.batch_loader import Loader
from thumper.store import models
from thumper.store.postgres.connect import client

NO_PART_OF_A_REQUEST = (
    "FROM feed",
    "UPDATE process",
    "INTO process",
    "FROM token JOIN person",
    "UPDATE token",
)


@contextmanager
def counted_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect the statements that go to PostgreSQL, but those of who asks, feed reader and heartbeat."""
    seen: list[str] = []

    def watch(name: str, patch: pytest.MonkeyPatch) -> None:
        original = getattr(AsyncpgDBClient, name)

        async def watched(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
            if not any(own in query.replace('"', "") for own in NO_PART_OF_A_REQUEST):
                seen.append(query)
            return await original(self, query, *args, **kwargs)

        patch.setattr(AsyncpgDBClient, name, watched)

    with monkeypatch.context() as patch:
        for name in (
            "execute_query",
            "execute_query_dict",
            "execute_insert",
            "execute_many",
            "execute_script",
        ):
            watch(name, patch)
        yield seen


async def test_a_page_of_50_images_with_boxes_and_place_costs_4_statements(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = await make.make_detector()
    for _ in range(5):
        location = await make.make_location()
        dump = await make.make_dump(location)
        for _ in range(10):
            await make.make_boxed_image(dump, detector, location=location, boxes=3)
    query = """{ images(first: 50) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
      fileName takenAt urls { thumb } location { name coordinates { latitude } }
      detections { shown { label sex } predicted { label confidence } box { x } } } } } }"""
    with counted_statements(monkeypatch) as statements:
        images = (await api.ask(query))["images"]
    assert images["totalCount"] == 50
    assert sum(len(edge["node"]["detections"]) for edge in images["edges"]) == 150
    assert all(edge["node"]["location"] for edge in images["edges"])
    assert len(statements) == 4, statements


async def test_only_what_is_asked_for_is_read(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await make.make_image(await make.make_dump())
    with counted_statements(monkeypatch) as statements:
        await api.ask("{ images { totalCount } }")
        await api.ask("{ images { nodes { fileName takenAt } } }")
    assert len(statements) == 2


async def test_no_list_costs_more_statements_when_it_is_longer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [
        """{ allDeer { nodes { name firstSeen lastSeen locations { name imageCount } bestPhoto { image { fileName } }
        sightings(first: 2) { totalCount pageInfo { hasNextPage } nodes { image { fileName }
        detection { shown { label } } } } } } }""",
        """{ allDeer { nodes { identityDecisions(first: 2) { totalCount nodes { verdict standing detection { ordinal }
        } } } } }""",
        """{ dumps { nodes { folder location { name } source { path } receipt { found rejections { fileCount } }
        imageCounts { total } files(first: 3) { totalCount nodes { path reason image { fileName } } } } } }""",
        """{ detections { nodes { shown { label species { commonName } } predicted { species { commonName } }
        identityDecisions { verdict standing deer { name } } } } }""",
        """{ detections { nodes { deer { name } sighting { actor { name } } reviews { verdict } detector { name }
        image { fileName job { attemptCount } camera { make } dump { folder } } } } }""",
        "{ locations { nodes { name imageCount } } cameras { nodes { model imageCount } } }",
    ]

    async def costs() -> list[int]:
        counts = []
        for query in queries:
            with counted_statements(monkeypatch) as statements:
                await api.ask(query)
            counts.append(len(statements))
        return counts

    detector = await make.make_detector()
    for _ in range(12):
        await _more(detector)
    # One for each relation; two relations to one table may or may not fall into one statement.
    assert max(await costs()) <= 10


async def _more(detector: Any) -> None:
    """A deer with two sightings at a place of its own, by a camera of its own, in a dump with files."""
    location, camera = await make.make_location(), await make.make_camera()
    dump, deer = await make.make_dump(location), await make.make_deer()
    for _ in range(2):
        image, (box,) = await make.make_boxed_image(dump, detector, location=location, camera=camera)
        await make.make_sighting(box, deer)
        await make.make_file(dump, FileState.STORED, image=image)
    await make.make_file(dump, FileState.REJECTED)


async def _seen_deer() -> models.Deer:
    """A deer with one sighting."""
    deer, location = await make.make_deer("Ajax"), await make.make_location()
    _, (box,) = await make.make_boxed_image(
        await make.make_dump(location), await make.make_detector(), location=location
    )
    await make.make_sighting(box, deer)
    return deer


def _codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (
            """{ allDeer { nodes { sightings(after: "bad") { nodes { id } } lastSeen locations { name } }
            edges { node { lastSeen } } } }""",
            "BAD_CURSOR",
        ),
        (
            """{ a: allDeer { nodes { lastSeen } }
            b: allDeer { nodes { lastSeen sightings(first: 101) { totalCount } } } }""",
            "PAGE_TOO_LARGE",
        ),
        (
            """{ images { nodes { location { name } detections(minConfidence: 7) { id } }
            edges { node { location { name } } } } }""",
            "BAD_CONFIDENCE",
        ),
        (
            """{ a: images { nodes { location { name } } }
            b: images { nodes { location { name } detections(minConfidence: 7) { id } } } }""",
            "BAD_CONFIDENCE",
        ),
    ],
)
async def test_a_field_that_fails_takes_nothing_from_those_that_asked_for_the_same(
    api: Api, query: str, code: str
) -> None:
    await _seen_deer()
    for _ in range(3):
        await make.make_deer()
    for answer in (await api.post(query), await asked_over_websocket(api.url, query)):
        assert set(_codes(answer)) == {code}
        failed = {".".join(map(str, error["path"])) for error in answer["errors"]}
        assert failed == set(_nulls(answer["data"]))


def _nulls(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of what is null though everybody has one."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, below in items:
            yield from _nulls(below, f"{path}.{key}".removeprefix("."))
    elif value is None and not path.endswith("lastSeen"):
        yield path


async def test_a_statement_that_fails_takes_nothing_from_another_field_of_the_same_object(api: Api) -> None:
    """The field fails while its sibling waits for a statement that others wait for as well."""
    word = encode("Deer", (await _seen_deer()).id)
    query = """query ($id: ID!) { bad: deer(id: $id) { lastSeen locations { name } }
    good: deer(id: $id) { lastSeen } images { totalCount nodes { fileName } } }"""
    async with in_transaction("default") as transaction:
        await transaction.execute_query("LOCK TABLE sighting IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(api.post(query, id=word))
        await until(lambda: waiting_statements_ended("query LIKE '%visits%'"))
        await asyncio.sleep(0.1)  # the failure arrives before the other statement goes on
    answer = await asking
    assert _codes(answer) == ["DATABASE_DOWN"]
    assert answer["data"]["bad"] is None
    assert answer["data"]["good"]["lastSeen"] is not None
    assert answer["data"]["images"]["totalCount"] == 1


async def test_a_field_that_fails_takes_nothing_from_another_that_asked_for_the_same(api: Api) -> None:
    word = encode("Deer", (await _seen_deer()).id)
    query = """query ($id: ID!) {
    bad: deer(id: $id) { lastSeen sightings(after: "bad") { nodes { id } } locations { name } }
    good: deer(id: $id) { lastSeen sightings { totalCount pageInfo { hasNextPage } nodes { id } } locations { name } }
    images { totalCount pageInfo { hasNextPage } nodes { fileName } } }"""
    for answer in (await api.post(query, id=word), await asked_over_websocket(api.url, query, id=word)):
        assert _codes(answer) == ["BAD_CURSOR"]
        data = answer["data"]
        assert data["bad"]["sightings"] is None
        assert data["bad"]["lastSeen"] == data["good"]["lastSeen"]
        assert data["good"]["lastSeen"] is not None
        assert data["good"]["sightings"]["totalCount"] == len(data["good"]["sightings"]["nodes"]) == 1
        assert data["images"]["totalCount"] == 1


async def test_a_statement_that_fails_in_the_midst_of_a_request_takes_nothing_from_the_others(
    api: Api,
) -> None:
    word = encode("Deer", (await _seen_deer()).id)
    query = """query ($id: ID!) { bad: deer(id: $id) { name lastSeen sightings { totalCount } locations { name } }
    good: deer(id: $id) { name notes } images { totalCount nodes { fileName } } }"""
    async with in_transaction("default") as transaction:
        await transaction.execute_query("LOCK TABLE sighting IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(api.post(query, id=word))
        await until(waiting_statements_ended)
    answer = await asking
    assert set(_codes(answer)) == {"DATABASE_DOWN"}
    # Its places are never null, so the whole deer is when their statement failed, too.
    assert answer["data"]["bad"] is None or answer["data"]["bad"]["sightings"] is None
    assert answer["data"]["good"] == {"name": "Ajax", "notes": ""}
    assert answer["data"]["images"]["totalCount"] == 1


async def test_who_gives_up_an_answer_takes_it_from_no_one() -> None:
    go = asyncio.Event()

    async def read(keys: list[int]) -> dict[int, int]:
        await go.wait()
        return {key: key * 2 for key in keys}

    loader = Loader(read, cache=True)
    leaving, staying = (asyncio.ensure_future(loader.load(21)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await staying == await loader.load(21) == 42


async def waiting_statements_ended(which: str = "TRUE") -> bool:
    """End the statements that wait for a lock and meet a condition; return whether there were any."""
    await client().execute_query(
        "SELECT pg_stat_clear_snapshot()"
    )  # what a transaction saw before it sees again
    rows = await client().execute_query_dict(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
        f" WHERE wait_event_type = 'Lock' AND datname = current_database() AND {which}"
    )
    return bool(rows)


async def test_loaders_are_made_when_they_are_asked_for_and_forget_when_they_are_told_to(
    database: str,
) -> None:
    loaders = Loaders(cache=True)
    assert loaders.made == []
    assert loaders.rows["Location"] is loaders.rows["Location"]
    assert loaders.marks is loaders.marks
    assert loaders.made == [loaders.rows["Location"], loaders.marks]
    place = await models.Location.create(name="Creek")
    assert (await loaders.rows["Location"].load(place.id)).name == "Creek"
    await models.Location.filter(id=place.id).update(name="Ridge")
    assert (await loaders.rows["Location"].load(place.id)).name == "Creek"
    loaders.clear()
    assert (await loaders.rows["Location"].load(place.id)).name == "Ridge"
