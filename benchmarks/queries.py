"""Queries over a million images: GraphQL against its own SQL, deep pages against the first, counts against aggregates.

    python -m benchmarks.queries [--images 1000000] [--detections 1500000] [--rounds 30]

PostgreSQL, Redis and the API are real processes at their defaults. The statements behind a GraphQL page are those that
PostgreSQL logged while it was asked, and are sent again through asyncpg. Plans come from auto_explain; a sequential
scan of a large table fails the run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from benchmarks import page_rate
from benchmarks.bound_process import bound
from benchmarks.large_library import fill
from benchmarks.live_watcher import embedded
from benchmarks.machine import Others, describe
from thumper.owner_token import read_owner_token
from thumper.settings import Settings

LARGE: Final = ("image", "job", "detection", "detection_run", "file", "feed")
PAGE: Final = """query ($after: String) { images(first: 50, after: $after) {
    pageInfo { endCursor }
    nodes { id fileName takenAt location { name } detections { shown { label } predicted { confidence } } } } }"""
WHOLE_PAGE: Final = """{ images(first: 50) { totalCount pageInfo { hasNextPage endCursor } nodes {
    id fileName takenAt location { name } detections { shown { label } predicted { confidence } } } } }"""
"""What a page of a gallery asks for, in four statements."""
DEPTH_STEP: Final = (
    """query ($after: String) { images(first: 100, after: $after) { pageInfo { endCursor } } }"""
)
TOTAL: Final = "{ images { totalCount } }"
FILTERED: Final = "{ images(where: {withoutDetections: false}) { totalCount } }"
STATUS: Final = (
    "{ status { imageCounts { total pending processing completed failed } queueDepth heldImageCount } }"
)
AGGREGATE: Final = "SELECT state, count(*) FROM image GROUP BY state"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one thing asked again and again."""

    p50_ms: float
    p95_ms: float

    def __str__(self) -> str:
        return f"p50 {self.p50_ms} ms, p95 {self.p95_ms} ms"

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """Sort out what was measured."""
        ordered = sorted(1000 * value for value in seconds)
        return cls(round(statistics.median(ordered), 2), round(ordered[int(0.95 * (len(ordered) - 1))], 2))


class ServedApi:
    """The API, its database and what PostgreSQL logs."""

    def __init__(
        self, settings: Settings, http: httpx.AsyncClient, sql: asyncpg.Connection, *, pid: int
    ) -> None:
        self.settings = settings
        self._http = http
        self.sql = sql
        self.pid = pid

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the whole answer of the API. Raises `RuntimeError` at an error."""
        answer = await self._http.post("/graphql", json={"query": query, "variables": variables})
        told: dict[str, Any] = answer.json()
        if "errors" in told:
            raise RuntimeError(told["errors"])
        return told

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer. Raises `RuntimeError` at an error."""
        data: dict[str, Any] = (await self.answer(query, **variables))["data"]
        return data

    async def statements(self, query: str, **variables: Any) -> list[str]:
        """Return the statements that a query sends, with their values in place, as PostgreSQL logged them."""
        log = self.settings.log_dir / "postgres.log"
        begin = log.stat().st_size
        await self.ask(query, **variables)
        await asyncio.sleep(0.2)
        with log.open("rb") as file:
            file.seek(begin)
            text = file.read().decode()
        told = [_with_values(*found) for found in _LOGGED.findall(text)]
        return [statement for statement in told if re.search(_ASKED, statement)]


_ASKED: Final = r" (image|image_tally|detection|location)\b"
"""What statements of a query name; a heartbeat and the feed's reader do not."""
_NEXT: Final = r"\n\S+ \S+ UTC \[\d+\]"
_LOGGED: Final = re.compile(
    rf"duration: [\d.]+ ms  execute \w+: (.*?)(?:{_NEXT} DETAIL:  Parameters: (.*?))?(?={_NEXT}|\Z)",
    re.DOTALL,
)
_VALUE: Final = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


def _with_values(statement: str, values: str) -> str:
    told = {int(number): value for number, value in _VALUE.findall(values or "")}
    return re.sub(r"\$(\d+)", lambda found: told[int(found[1])], statement)


async def timed(ask: Callable[[], Awaitable[object]], rounds: int) -> Timing:
    """Ask a few times unmeasured, and then measured."""
    seconds = []
    for number in range(rounds + 3):
        began_s = time.perf_counter()
        await ask()
        if number > 2:
            seconds.append(time.perf_counter() - began_s)
    return Timing.of(seconds)


async def plan_of(sql: asyncpg.Connection, statement: str) -> list[str]:
    """Return the scans of a statement's plan. Raises `RuntimeError` at a sequential one of a large table."""
    rows = await sql.fetch(f"EXPLAIN {statement}")
    scans = [line.strip(" ->") for (line,) in rows if "Scan" in line]
    for scan in scans:
        if (found := re.match(r"(?:Parallel )?Seq Scan on (\w+)", scan)) and found[1] in LARGE:
            raise RuntimeError(f"sequential scan of {found[1]}: {statement}")
    return [scan.partition("  (")[0] for scan in scans]


async def pages(served: ServedApi, *, depth: int, rounds: int) -> dict[str, object]:
    """Compare page 1 with the page that begins after `depth` images, and GraphQL with its own SQL."""
    cursor = None
    for _ in range(0, depth, 100):
        cursor = (await served.ask(DEPTH_STEP, after=cursor))["images"]["pageInfo"]["endCursor"]
    first = await timed(lambda: served.ask(PAGE), rounds)
    deep = await timed(lambda: served.ask(PAGE, after=cursor), rounds)
    statements = await served.statements(PAGE, after=cursor)

    async def replay() -> None:
        for statement in statements:
            await served.sql.fetch(statement)

    bare = await timed(replay, rounds)
    return {
        "page 1": first,
        f"page at {depth:,}": deep,
        "deep page / page 1": round(deep.p50_ms / first.p50_ms, 2),
        "statements": len(statements),
        "the same through asyncpg": bare,
        "GraphQL / SQL": round(deep.p50_ms / bare.p50_ms, 1),
        "plans": [await plan_of(served.sql, statement) for statement in statements],
    }


async def counts(served: ServedApi, rounds: int) -> dict[str, object]:
    """Compare the counts of the dashboard with the plain aggregate, SQL against SQL."""
    statements = [one for one in await served.statements(STATUS) if "unfinished" in one]
    ours = await timed(lambda: served.sql.fetch(statements[0]), rounds)
    plain = await timed(lambda: served.sql.fetch(AGGREGATE), rounds)
    return {
        "dashboard counts": ours,
        "plain aggregate": plain,
        "p95 / p95": round(ours.p95_ms / plain.p95_ms, 3),
        "status through GraphQL": await timed(lambda: served.ask(STATUS), rounds),
        "totalCount": await timed(lambda: served.ask(TOTAL), rounds),
        "totalCount with a filter": await timed(lambda: served.ask(FILTERED), rounds),
    }


async def rates(served: ServedApi, folder: Path, rounds: int) -> dict[str, object]:
    """Compare how many pages a second one core serves with a route that sends the same by hand."""
    answer, statements = await served.answer(WHOLE_PAGE), await served.statements(WHOLE_PAGE)
    await served.sql.execute("ALTER SYSTEM RESET log_min_duration_statement")
    await served.sql.execute("SELECT pg_reload_conf()")
    body = json.dumps({"query": WHOLE_PAGE}).encode()
    url = served.settings.postgres_url
    authorization = f"Bearer {read_owner_token(served.settings.home)}"
    async with page_rate.bare(url, statements, answer, folder=folder) as bare:
        ours = (served.settings.port, served.pid)
        return {
            "statements of a page": len(statements),
            "bytes of a page": len(json.dumps(answer)),
            **await page_rate.compare(ours, bare, body, authorization=authorization, rounds=rounds),
        }


@contextlib.asynccontextmanager
async def serving(home: Path, *, images: int, detections: int) -> AsyncIterator[ServedApi]:
    """Fill a database and serve it."""
    async with embedded(home) as settings:
        began_s = time.monotonic()
        await fill(settings, images=images, detections=detections)
        print(f"filled in {time.monotonic() - began_s:.0f} s")
        sql = await asyncpg.connect(settings.postgres_url)
        await sql.execute("ALTER SYSTEM SET log_min_duration_statement = 0")
        await sql.execute("ALTER SYSTEM SET log_parameter_max_length = -1")
        await sql.execute("SELECT pg_reload_conf()")
        with (home / "serve.out").open("ab") as out:
            process = subprocess.Popen(  # noqa: ASYNC220  # it starts in a moment
                bound([sys.executable, "-P", "-m", "thumper", "serve"]),
                env=settings.as_environment(),
                stdout=out,
                stderr=out,
            )
        try:
            async with httpx.AsyncClient(base_url=settings.api_url, timeout=60) as http:
                await _until_serving(http)
                http.headers["authorization"] = f"Bearer {read_owner_token(settings.home)}"
                yield ServedApi(settings, http, sql, pid=process.pid)
        finally:
            process.terminate()
            process.wait(30)
            await sql.close()


async def _until_serving(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get("/health/ready")).status_code == 200:
                    return
            await asyncio.sleep(0.2)


async def measure(*, images: int, detections: int, rounds: int) -> None:
    """Measure everything and print it."""
    with tempfile.TemporaryDirectory() as home:
        async with serving(Path(home), images=images, detections=detections) as served:
            others = Others()
            for part in (
                pages(served, depth=images // 2, rounds=rounds),
                counts(served, rounds),
                rates(served, Path(home), max(3, rounds // 4)),
            ):
                print(json.dumps(await part, indent=2, default=str))
            print(f"others used {others.share():.0%} of the machine")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--detections", type=int, default=1_500_000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    print(describe())
    asyncio.run(measure(images=options.images, detections=options.detections, rounds=options.rounds))


if __name__ == "__main__":
    main()
