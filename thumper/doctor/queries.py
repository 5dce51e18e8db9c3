"""What `thumper doctor` asks the database: questions about the state of things, none of which changes a row."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.progress import ProcessRole, SourceKind
from thumper.store.models import Feed, File, Image, Process, Source
from thumper.store.postgres.clock import seconds_ago
from thumper.store.postgres.connect import client
from thumper.store.status.processes import DOWN_AFTER_S

ASKED: Final = 5
"""How many round trips the latency is the median of."""

ROWS_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class Server:
    """PostgreSQL's own words: its version as text and as `server_version_num`.

    `forgetful` are settings by which it may lose what it has said to be written, `fsync` before all.
    """

    version: str
    number: int
    forgetful: tuple[str, ...] = ()


_DURABILITY: Final = ("fsync", "synchronous_commit", "full_page_writes")
"""Settings that must not be off: with the second an answer may be lost in a crash, with the others the database."""


async def read_server() -> Server:
    """Ask PostgreSQL for its version, and whether this connection's commits survive a power cut."""
    rows = await client().execute_query_dict(
        """
        SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
            (SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM pg_settings
                WHERE name = ANY($1::text[]) AND setting = 'off') AS forgetful
        """,
        [list(_DURABILITY)],
    )
    return Server(**rows[0] | {"forgetful": tuple(rows[0]["forgetful"])})


async def measure_latency_ms() -> float:
    """Return the milliseconds of a round trip to PostgreSQL."""
    spans = []
    for _ in range(ASKED):
        began_s = time.perf_counter()
        await client().execute_query_dict("SELECT 1")
        spans.append((time.perf_counter() - began_s) * 1000)
    return statistics.median(spans)


async def read_clock() -> dt.datetime:
    """Return what PostgreSQL's clock shows."""
    rows = await client().execute_query_dict("SELECT clock_timestamp() AS now")
    now: dt.datetime = rows[0]["now"]
    return now


async def newest_event() -> dt.datetime | None:
    """Return when the newest event of the feed was written; None when nothing ever happened."""
    event = await Feed.all().order_by("-seq").only("seq", "at").first()
    return None if event is None else event.at


async def drop_source(path: bytes) -> Source | None:
    """Return the watched source at a path; None when it was never watched."""
    return await Source.get_or_none(kind=SourceKind.DROP, path=path)


async def holds_files(source: Source) -> bool:
    """Return whether a source ever held a file."""
    return await File.exists(source_id=source.id)


@dataclass(frozen=True, slots=True)
class ExpectedOriginal:
    """Where an image's original should be. `source_root` is the folder of the source that delivered it."""

    id: UUID
    path: bytes
    size_bytes: int
    source_root: bytes


async def originals() -> AsyncIterator[list[ExpectedOriginal]]:
    """Yield where every original should be, newest images first, a page at a time."""
    before: UUID | None = None
    while True:
        rows = await client().execute_query_dict(
            """
            SELECT image.id, image.original_path AS path, image.size_bytes, source.path AS source_root
            FROM image JOIN dump ON dump.id = image.dump_id JOIN source ON source.id = dump.source_id
            WHERE $1::uuid IS NULL OR image.id < $1 ORDER BY image.id DESC LIMIT $2
            """,
            [before, ROWS_AT_ONCE],
        )
        if not rows:
            return
        yield [ExpectedOriginal(**row) for row in rows]
        before = rows[-1]["id"]


async def count_images() -> int:
    """Count all images."""
    return await Image.all().count()


async def without_image(hashes: Sequence[bytes]) -> set[bytes]:
    """Return those of some SHA-256 that no image has."""
    rows = await client().execute_query_dict(
        """
        SELECT given.sha256 FROM unnest($1::bytea[]) AS given(sha256)
        WHERE NOT EXISTS (SELECT 1 FROM image WHERE image.sha256 = given.sha256)
        """,
        [list(hashes)],
    )
    return {row["sha256"] for row in rows}


@dataclass(frozen=True, slots=True)
class Queue:
    """How the jobs of one detector stand.

    `waiting` can be claimed now, the oldest of them for `oldest_s` seconds. `expired` are leased, by leases that ran
    out more than the given patience ago. `claimed_s` is how many seconds ago any job of it was claimed last, None if
    never. `has_worker` says that a living worker has this detector.
    """

    detector: str
    waiting: int
    oldest_s: float
    expired: int
    claimed_s: float | None
    has_worker: bool


async def queues(*, patience_s: float) -> list[Queue]:
    """Count the unfinished jobs of each detector that has any."""
    rows = await client().execute_query_dict(
        """
        SELECT detector.name AS detector,
            count(*) FILTER (WHERE claimable)::int AS waiting,
            coalesce(extract(epoch FROM now() - min(greatest(queued_at, not_before)) FILTER (WHERE claimable)), 0)
                ::float8 AS oldest_s,
            count(*) FILTER (
                WHERE job.state = 'processing' AND lease_until < now() - make_interval(secs => $1))::int AS expired,
            (SELECT extract(epoch FROM now() - max(other.claimed_at))::float8 FROM job AS other
                WHERE other.detector_id = detector.id) AS claimed_s,
            EXISTS (SELECT 1 FROM process WHERE process.role = 'work' AND process.detector_id = detector.id
                AND heartbeat_at > now() - make_interval(secs => $2)) AS has_worker
        FROM job JOIN detector ON detector.id = job.detector_id
        CROSS JOIN LATERAL (SELECT job.state = 'pending' AND NOT held AND not_before <= now()) AS may(claimable)
        WHERE job.state IN ('pending', 'processing')
        GROUP BY detector.id, detector.name ORDER BY detector.name
        """,
        [patience_s, DOWN_AFTER_S],
    )
    return [Queue(**row) for row in rows]


async def images_without_job(*, patience_s: float) -> int:
    """Count images that have waited so long for a detector without a job that would bring them there."""
    rows = await client().execute_query_dict(
        """
        SELECT count(*)::int AS images FROM image WHERE state = 'pending'
            AND created_at < now() - make_interval(secs => $1)
            AND NOT EXISTS (SELECT 1 FROM job WHERE job.image_id = image.id)
        """,
        [patience_s],
    )
    return int(rows[0]["images"])


@dataclass(frozen=True, slots=True)
class Waiting:
    """Files of the drop folder that are not settled. `settled_s` is how long ago any file was, None if never."""

    files: int
    oldest: str
    oldest_s: float
    settled_s: float | None


async def waiting_files(source: Source) -> Waiting | None:
    """Return how long files of a source have been waiting; None when none does."""
    rows = await client().execute_query_dict(
        """
        SELECT count(*) OVER ()::int AS files, display_path AS oldest,
            extract(epoch FROM now() - seen_at)::float8 AS oldest_s,
            (SELECT extract(epoch FROM now() - max(settled_at))::float8 FROM file
                WHERE source_id = $1) AS settled_s
        FROM file WHERE source_id = $1 AND state IN ('seen', 'stable') ORDER BY seen_at LIMIT 1
        """,
        [source.id],
    )
    return Waiting(**rows[0]) if rows else None


async def watcher_lives() -> bool:
    """Return whether a watcher gives signs of life."""
    return await Process.exists(role=ProcessRole.WATCH, heartbeat_at__gt=seconds_ago(DOWN_AFTER_S))
