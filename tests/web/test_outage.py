from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests import factories as make
from tests.api import Api, running_api
from tests.faults.proxy import Wire
from tests.ingest.conftest import small_jpeg
from tests.patience import until
from thumper.graphql.relay import identity
from thumper.settings import Settings
from thumper.store import models
from thumper.store.files import uploads
from thumper.store.postgres import probe
from thumper.web import health_check


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    wire = Wire(database_url)
    await wire.open()
    yield wire
    await wire.close()


async def _say_that_the_database_is_down(api: Api) -> None:
    """Assert that pictures and uploads answer so, too."""
    answers = await asyncio.gather(
        api.http.get(f"/media/{identity.encode('Image', uuid4())}/thumb"),
        api.http.put("/upload/unknown", content=b""),
    )
    for answer in answers:
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["extensions"]["code"] == "DATABASE_DOWN"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["cut", "frozen", "half-open"])
async def test_an_outage_of_postgresql_is_named_soon_and_survived(
    settings: Settings, wire: Wire, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    # Shorter than in production; the promised 5 s are the sum of the two.
    assert probe.PATIENCE_S + probe.PROBE_S < 5
    monkeypatch.setattr(probe, "PATIENCE_S", 0.5)
    monkeypatch.setattr(health_check, "PATIENCE_S", 0.5)
    async with running_api(settings.model_copy(update={"database_url": wire.url})) as api:
        await make.make_location("Creek")
        query = "{ locations { totalCount } }"
        assert (await api.ask(query))["locations"]["totalCount"] == 1
        if way == "cut":
            wire.cut()
        elif way == "frozen":
            wire.silence()
        else:
            wire.half_open()
        for _ in range(2):
            begun_at = time.monotonic()
            answer = await api.post(query)
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"DATABASE_DOWN"}
            assert "PostgreSQL" in answer["errors"][0]["message"]
            assert time.monotonic() - begun_at < 30
        # Each waits by itself, so they are asked at the same time.
        _, (ready, live, metrics) = await asyncio.gather(
            _say_that_the_database_is_down(api),
            asyncio.gather(*map(api.http.get, ("/health/ready", "/health/live", "/metrics"))),
        )
        assert ready.json()["checks"][0]["state"] == "failed"
        assert [ready.status_code, live.status_code, metrics.status_code] == [503, 200, 503]
        wire.mend()
        async with asyncio.timeout(60):
            while "errors" in (answer := await api.post(query)):  # noqa: ASYNC110  # the server is asked each time
                await asyncio.sleep(0.1)
        assert answer["data"]["locations"]["totalCount"] == 1


@pytest.mark.slow
async def test_an_upload_during_which_postgresql_went_away_is_sent_again_to_the_same_address(
    settings: Settings, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SILENCE_S", 1.0)
    create = """mutation { createUpload(input: {files: ["a.jpg"]}) { uploads { url } dump { id } } }"""
    async with running_api(settings.model_copy(update={"database_url": wire.url})) as api:
        await make.make_detector()
        made = (await api.ask(create))["createUpload"]
        url = made["uploads"][0]["url"]
        content = small_jpeg()

        async def cut_off() -> AsyncIterator[bytes]:
            yield content[:50]
            await until(lambda: models.Upload.filter(used_at__isnull=False).exists())
            wire.cut()
            yield content[50:]

        assert (await api.http.put(url, content=cut_off())).status_code == 503
        wire.mend()

        async def taken() -> bool:
            answer = await api.http.put(url, content=content)
            assert answer.status_code in {201, 409, 503}, answer.text
            return answer.status_code == 201

        await until(taken)
        receipt = "query ($id: ID!) { dump(id: $id) { receipt { found stored } } }"
        counts = (await api.ask(receipt, id=made["dump"]["id"]))["dump"]["receipt"]
        assert counts == {"found": 1, "stored": 1}
