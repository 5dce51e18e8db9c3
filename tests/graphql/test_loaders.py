from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from tests import factories as make
from tests.api import Api
from thumper.domain.progress import FileState


@contextmanager
def counted_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect the statements that go to PostgreSQL through the pool, those of feed reader and heartbeat left out."""
    seen: list[str] = []

    def watch(name: str, patch: pytest.MonkeyPatch) -> None:
        original = getattr(AsyncpgDBClient, name)

        async def watched(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
            if not any(
                own in query.replace('"', "") for own in ("FROM feed", "UPDATE process", "INTO process")
            ):
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
        image { fileName job { attempts } camera { make } dump { folder } } } } }""",
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
