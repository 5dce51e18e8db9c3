"""A migration that is killed, again and again, on a filled database of an older release.

Killed is the migrating process or PostgreSQL itself: at a seeded moment of the time that the migration takes, or while
it waits for a table to which somebody else writes, which is a place in it: before its first statement, between two
migrations, in the midst of one. Run again it must complete, and leave what an undisturbed one leaves, to the byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg

from tests.faults.scenario import Outcome
from tests.released import make_released, read_columns
from thumper.embedded.postgres_cluster import find_programs
from thumper.embedded.servers import running_servers
from thumper.settings import Settings
from thumper.store.postgres.connect import MIGRATION_LOCK
from thumper.store.postgres.outage import wait_for_database
from thumper.store.postgres.schema_version import RECORD, known_migrations

ROOT: Final = Path(__file__).resolve().parents[2]
OLDEST: Final = known_migrations()[0]
WITHIN_S: Final = 120.0
"""Waiting this long means that something is stuck."""

MANY: Final = 10_000
"""Images from which on every place is tried with every victim."""
EARLIER: Final = (0.9, 0.6, 0.4, 0.2, 0.1)
"""In which part of the time that a migration takes it is killed: earlier and earlier where that came too late."""
DOWN: Final = 4
"""Exit code of a command whose server goes away."""
VICTIMS: Final = ("process", "PostgreSQL")

PLACES: Final = {
    "location": "before the first statement",
    "deer": "in the midst of a migration",
    "camera": "between two migrations",
}
"""Tables of which the migrations since the oldest release take hold one after another, and where that is."""

_BULK: Final = """
INSERT INTO image (id, dump_id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px,
    taken_at, sort_at, taken_local, time_source, clock_offset_s, exif, damaged, state, created_at)
SELECT ('10000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '00000000-0000-7000-8000-0000000e0001',
    sha256(('photo ' || n)::bytea), n, 'image/jpeg', n || '.jpg', ('/drop/' || n || '.jpg')::bytea, 1920, 1080,
    moment + interval '7 hours', moment + interval '7 hours', moment AT TIME ZONE 'UTC', 'exif_original', 0,
    '{"times": {"exif_original": "UTC-7 h"}}', FALSE, 'completed', '2024-11-10 08:00:00Z'
FROM generate_series(1, $1::int) AS n,
    LATERAL (SELECT '2024-07-01 06:00:00Z'::timestamptz + n * interval '1 minute' AS moment)
"""
_BULK_RUNS: Final = """
INSERT INTO detection_run (id, image_id, detector_id, device, engine, duration_ms, finished_at)
SELECT id, id, '00000000-0000-7000-8000-0000000d0001', 'cpu', 'x', 1, '2024-11-10 08:00:00Z' FROM image
WHERE file_name = size_bytes || '.jpg'
"""
_BULK_BOXES: Final = """
INSERT INTO detection (id, run_id, ordinal, image_id, detector_id, label, confidence, x, y, width, height, shown, sex,
    life_stage)
SELECT id, id, 0, image_id, detector_id, 'buck', 0.5, 0, 0, 0.5, 0.5, TRUE, 'male', 'adult' FROM detection_run
WHERE id = image_id
"""

_STATE: Final = f"""
SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE locktype = 'advisory' AND objid = {MIGRATION_LOCK} AND granted AND datname = $1) AS begun,
    EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock') AS waits,
    EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1 AND application_name = 'thumper') AS connected
"""


@dataclass(slots=True)
class _Ground:
    """The server, the databases on it, and what went wrong."""

    url: str
    data_dir: Path
    rng: random.Random
    settings: Settings
    violations: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    plain_s: float = 0.0

    def address(self, name: str) -> str:
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def postmaster(self) -> int:
        return int((self.data_dir / "postmaster.pid").read_text().split("\n", 1)[0])


class MigrationKilled:
    """On `size` images a kill at each place, and one at a moment of the clock; with many images two of each."""

    name = "migration killed"
    words = (
        "`thumper migrate` or PostgreSQL is killed while a filled database of the oldest release is migrated"
    )
    real = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run the scenario once."""
        return asyncio.run(_run(seed, size, scratch))


async def _run(seed: int, size: int, scratch: Path) -> Outcome:
    began_s = time.monotonic()
    settings = Settings(home=scratch / "home", time_zone="UTC")
    async with running_servers(settings) as addresses:
        ground = _Ground(
            addresses.database_url,
            settings.postgres_dir,
            random.Random(seed),
            settings.model_copy(update={"redis_url": addresses.redis_url}),
        )
        await _make_template(ground, size)
        undisturbed = await _migrate_undisturbed(ground)
        for number, (place, victim) in enumerate(_moments(ground.rng, every=size >= MANY)):
            await _kill_once(ground, f"killed_{number}", place, victim=victim, undisturbed=undisturbed)
        await _migrate_at_once(ground, undisturbed=undisturbed)
    return Outcome(
        scenario=MigrationKilled.name,
        seed=seed,
        images=size,
        faults=dict(ground.faults),
        seconds=time.monotonic() - began_s,
        violations=tuple(ground.violations),
        measured={"migration_s": round(ground.plain_s, 2)},
    )


def _moments(rng: random.Random, *, every: bool) -> list[tuple[str, str]]:
    """Return places and victims in some order: each place once, or with `every` once with each victim."""
    moments = [
        (place, victim) for place in [*PLACES, ""] for victim in (VICTIMS if every else [rng.choice(VICTIMS)])
    ]
    return rng.sample(moments, len(moments))


async def _make_template(ground: _Ground, size: int) -> None:
    """Make the database that every other one is a copy of: the oldest release, filled."""
    await _execute(ground.url, 'CREATE DATABASE "template_old"')
    url = ground.address("template_old")
    await make_released(url, OLDEST)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_BULK, size)
        await connection.execute(_BULK_RUNS)
        await connection.execute(_BULK_BOXES)
    finally:
        await connection.close()


async def _migrate_undisturbed(ground: _Ground) -> str:
    """Return what an undisturbed migration leaves, and measure how long it takes."""
    url = await _copy(ground, "undisturbed")
    process = await _start(ground, url)
    await _until(ground, "undisturbed", "begun", process)
    began_s = time.monotonic()
    await _end(ground, process, "the undisturbed migration")
    ground.plain_s = time.monotonic() - began_s
    return await _contents(url)


async def _kill_once(ground: _Ground, name: str, place: str, *, victim: str, undisturbed: str) -> None:
    """Kill a migration at a place, or at a moment of the clock, and run it again."""
    what = f"{victim} killed {PLACES.get(place, 'at a moment of the clock')}"
    for part in EARLIER:  # a kill that came when all was done does not count
        url = await _copy(ground, name)
        if await _kill(ground, name, place, victim=victim, what=what, within_s=part * ground.plain_s):
            break
        await _execute(ground.url, f'DROP DATABASE "{name}" WITH (FORCE)')
    else:
        ground.violations.append(f"{what}: the migration had always ended before the kill")
        return
    ground.faults[what] += 1
    await _end(ground, await _start(ground, url), f"{what}: the next run")
    if await _contents(url) != undisturbed:
        ground.violations.append(f"{what}: the next run left something else than an undisturbed one")
    await _execute(ground.url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _kill(ground: _Ground, name: str, place: str, *, victim: str, what: str, within_s: float) -> bool:
    """Migrate, kill, and look at what that left; False when the migration was complete before the kill."""
    url = ground.address(name)
    async with _held(url, place):
        process = await _start(ground, url)
        await _until(ground, name, "waits" if place else "begun", process)
        if not place:
            await asyncio.sleep(ground.rng.uniform(0, within_s))
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid if victim == "process" else ground.postmaster(), signal.SIGKILL)
        said = (await asyncio.wait_for(process.communicate(), WITHIN_S))[1].decode()
    await wait_for_database(url, timeout_s=WITHIN_S)
    await _until(ground, name, "left", process)
    done = await _recorded(url)
    if done == list(known_migrations()):
        return False
    if done != [OLDEST]:
        ground.violations.append(f"{what}: it left {', '.join(done)} recorded")
    # What it does and why, what keeps it from that; each a line.
    if victim == "PostgreSQL" and (process.returncode != DOWN or len(said.splitlines()) != 2):
        ground.violations.append(f"{what}: the command ended with {process.returncode} and said {said!r}")
    return True


async def _migrate_at_once(ground: _Ground, *, undisturbed: str) -> None:
    url = await _copy(ground, "at_once")
    processes = [await _start(ground, url) for _ in range(3)]
    said = [await _end(ground, process, "one of three at once") for process in processes]
    ground.faults["three migrations at once"] += 1
    if sum("Applied" in words for words in said) != 1:
        ground.violations.append(f"of three at once not exactly one migrated: {said}")
    if await _contents(url) != undisturbed or await _recorded(url) != list(known_migrations()):
        ground.violations.append("three at once left something else than one")


@contextlib.asynccontextmanager
async def _held(url: str, table: str) -> AsyncIterator[None]:
    """Be somebody who writes to a table for as long as the context lasts."""
    if not table:
        yield
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f'BEGIN; LOCK TABLE "{table}" IN ROW EXCLUSIVE MODE')
        yield
    finally:
        connection.terminate()


async def _start(ground: _Ground, url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", "migrate"),
        cwd=ROOT,
        env=ground.settings.model_copy(update={"database_url": url}).as_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _end(ground: _Ground, process: asyncio.subprocess.Process, what: str) -> str:
    """Wait for a migration that must succeed; return what it said."""
    out, err = await asyncio.wait_for(process.communicate(), WITHIN_S)
    if process.returncode != 0:
        ground.violations.append(f"{what} ended with {process.returncode}: {err.decode()[-500:]}")
    return out.decode()


async def _until(ground: _Ground, name: str, state: str, process: asyncio.subprocess.Process) -> None:
    """Wait until a migration has begun, waits for a table, or has left the database; or until its process has ended."""
    connection = await asyncpg.connect(ground.address("postgres"))
    give_up_s = time.monotonic() + WITHIN_S
    try:
        while time.monotonic() < give_up_s:
            now = await connection.fetchrow(_STATE, name)
            if (not now["connected"]) if state == "left" else (now[state] or process.returncode is not None):
                return
            await asyncio.sleep(0.01)
    finally:
        await connection.close()
    ground.violations.append(f"{name}: waited in vain until the migration {state}")


async def _copy(ground: _Ground, name: str) -> str:
    await _execute(ground.url, f'CREATE DATABASE "{name}" TEMPLATE "template_old"')
    return ground.address(name)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _recorded(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["name"] for row in await connection.fetch(f"SELECT name FROM {RECORD} ORDER BY id")]
    finally:
        await connection.close()


async def _contents(url: str) -> str:
    """Return the schema of a database and a digest of the rows of each table."""
    connection = await asyncpg.connect(url)
    try:
        digests = [
            await connection.fetchval(
                f"SELECT $1 || md5(string_agg(told, chr(10) ORDER BY told)) FROM"
                f' (SELECT (to_jsonb(t) - $2::text)::text AS told FROM "{table}" AS t) AS rows',
                table,
                "created_at" if table == "species" else "",  # listed when it was migrated
            )
            for table in sorted(await read_columns(url))
        ]
    finally:
        await connection.close()
    process = await asyncio.create_subprocess_exec(
        *(find_programs() / "pg_dump", "--schema-only", "--restrict-key=same", url),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return "\n".join([*map(str, digests), out.decode()])
