"""After an outage sweepers wait for living workers, and not much longer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from tests import factories as make
from tests.faults.proxy import Wire
from tests.patience import until
from tests.pipeline import claim, store_images
from thumper.background import beside
from thumper.settings import Settings
from thumper.store.postgres.connect import OUTAGES, client, open_database
from thumper.store.queue import leases, sweeper
from thumper.store.queue.leases import Lease
from thumper.store.queue.sweeper import keep_sweeping, sweep

GRACE_S = 2.0


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    wire = Wire(database_url)
    await wire.open()
    yield wire
    await wire.close()


async def _states() -> list[str]:
    rows = await client().execute_query_dict("SELECT state FROM job ORDER BY id")
    return [row["state"] for row in rows]


async def _renew(lease: Lease) -> None:
    """Renew a lease as soon as PostgreSQL answers, as a living worker does."""
    while True:
        with contextlib.suppress(*OUTAGES):
            await leases.renew([lease.token], lease_s=60)
            return
        await asyncio.sleep(0.2)


async def _no_wake() -> None:
    return None


async def test_nothing_is_taken_from_anybody_soon_after_postgresql_started(database: str) -> None:
    await store_images(1)
    await claim()
    await client().execute_query("UPDATE job SET lease_until = now() - interval '1 second'")
    assert await sweep(grace_s=3600.0) is None
    assert await _states() == ["processing"]
    assert await sweep(grace_s=0.0) == 1
    assert await _states() == ["pending"]


@pytest.mark.slow
async def test_after_an_outage_the_living_keep_their_leases_and_the_dead_lose_theirs(
    wire: Wire, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "RENEWAL_S", GRACE_S)
    monkeypatch.setattr(sweeper, "LOOK_S", 0.1)
    own = settings.model_copy(update={"heartbeat_s": 0.5, "sweep_s": 0.1})
    async with open_database(wire.url, pool_size=5):
        await make.make_detector()
        await store_images(2)
        living, dead = await claim(1), await claim(1)
        assert living.token != dead.token
        # Both run out during the outage.
        await client().execute_query("UPDATE job SET lease_until = now() + interval '1 second'")
        wire.cut()
        async with beside(keep_sweeping(own, _no_wake)):
            await asyncio.sleep(1.5)
            wire.mend()
            began_s = time.monotonic()
            await _renew(living)
            assert await _states() == ["processing", "processing"], "nobody was swept at once"

            async def swept() -> bool:
                return "pending" in await _states()

            await until(swept, timeout_s=30)
            assert time.monotonic() - began_s > GRACE_S / 2
            assert await _states() == ["processing", "pending"]
