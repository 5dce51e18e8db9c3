from __future__ import annotations

from tests.api import Api, running_api
from thumper.settings import NO_REDIS, Settings
from thumper.store.postgres.connect import client


async def test_a_healthy_server_says_so(api: Api) -> None:
    assert (await api.http.get("/health/live")).json() == {"state": "ok"}
    answer = await api.http.get("/health/ready")
    assert answer.status_code == 200
    checks = {check["name"]: check["state"] for check in answer.json()["checks"]}
    assert checks == {"database": "ok", "schema": "ok", "redis": "ok", "disk": "ok"}


async def test_everything_is_answered_without_redis(settings: Settings) -> None:
    for url, state in ((NO_REDIS, "ok"), ("redis://127.0.0.1:1/0", "degraded")):
        async with running_api(settings.model_copy(update={"redis_url": url})) as api:
            answer = await api.http.get("/health/ready")
            assert answer.status_code == 200
            checks = {check["name"]: check["state"] for check in answer.json()["checks"]}
            assert checks == {"database": "ok", "schema": "ok", "redis": state, "disk": "ok"}
            assert (await api.ask("{ images { totalCount } }"))["images"]["totalCount"] == 0
            send = "mutation { detectPending(input: {}) { batch { progress { total } } } }"
            assert (await api.ask(send))["detectPending"]["batch"]["progress"]["total"] == 0


async def test_a_schema_that_is_behind_is_not_ready(api: Api) -> None:
    await client().execute_query_dict("DELETE FROM tortoise_migrations WHERE name LIKE '0002%'")
    answer = await api.http.get("/health/ready")
    assert answer.status_code == 503
    (check,) = [check for check in answer.json()["checks"] if check["state"] == "failed"]
    assert check["name"] == "schema"
    assert "thumper migrate" in check["message"]
