"""One round of housekeeping: rows, the library, exported models. What cannot be removed is named; the rest goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Final

import asyncpg

from thumper.background import in_daemon_thread
from thumper.domain.housekeeping import Amount, ViewLimits
from thumper.errors import BusyError, RefusedError
from thumper.housekeeping import exports, small_pictures
from thumper.housekeeping.tally import Kind, Tally
from thumper.settings import Settings
from thumper.store.access import ended
from thumper.store.disk import library, library_claim
from thumper.store.feed import retention
from thumper.store.files import uploads
from thumper.store.postgres.connect import CONNECT_S, DEAD_CLIENT_SETTINGS
from thumper.store.requests import audit, idempotency_keys

_LOCK: Final = 0x6B656570
"""Key of the lock that lets one process keep house at a time ("keep" in ASCII)."""


async def keep_house(settings: Settings, *, dry_run: bool = False) -> Tally:
    """Remove what may go, or with `dry_run` only count it; return what that was. The database must be open.

    Raises `BusyError` while another process does it, `OUTAGES` while PostgreSQL is away.
    """
    async with _alone(settings.postgres_url):
        tally = Tally()
        await _tidy_rows(settings, tally, dry_run=dry_run)
        await _tidy_library(settings, tally, dry_run=dry_run)
        present = await exports.present_models(settings)
        await in_daemon_thread(lambda: exports.tidy(settings.engines_dir, present, tally, dry_run=dry_run))
        return tally


async def _tidy_rows(settings: Settings, tally: Tally, *, dry_run: bool) -> None:
    feed = retention.prunable if dry_run else retention.prune
    tally.add(Kind.EVENTS, await feed(days=settings.feed_days))
    unused = uploads.count_unused if dry_run else uploads.forget_unused
    tally.add(Kind.UPLOADS, Amount(await unused()))
    keys = idempotency_keys.prunable if dry_run else idempotency_keys.prune
    tally.add(Kind.IDEMPOTENCY_KEYS, await keys())
    ended_ones = ended.prunable if dry_run else ended.prune
    tally.add(Kind.SIGN_INS, await ended_ones())
    entries = audit.prunable if dry_run else audit.prune
    tally.add(Kind.AUDIT_ENTRIES, await entries(days=settings.audit_days))


async def _tidy_library(settings: Settings, tally: Tally, *, dry_run: bool) -> None:
    """Tidy up the small pictures, unless the library is not that of the database."""
    folder = settings.library_dir
    await in_daemon_thread(folder.is_dir)  # a disk that hangs holds up this round, and not the event loop
    try:
        await library_claim.recognise_library(folder)
    except RefusedError as error:
        tally.problems.append(str(error))
        return
    limits = ViewLimits(age=dt.timedelta(days=settings.view_days), size_bytes=settings.views_max_bytes)
    await small_pictures.tidy(folder, limits, tally, dry_run=dry_run)
    await in_daemon_thread(lambda: _clear_half_written(settings, tally, dry_run=dry_run))


def _clear_half_written(settings: Settings, tally: Tally, *, dry_run: bool) -> None:
    for path in library.leftovers(settings.library_dir):
        with contextlib.suppress(OSError):  # finished, or removed by another process
            size_bytes = path.stat().st_size
            if not dry_run:
                path.unlink()
            tally.add(Kind.HALF_WRITTEN, Amount(1, size_bytes))


@contextlib.asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Hold the lock of housekeeping on a connection of its own, which is idle and holds up no vacuum."""
    about = DEAD_CLIENT_SETTINGS | {"application_name": "thumper housekeeping"}
    connection = await asyncpg.connect(url, timeout=CONNECT_S, server_settings=about)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            raise BusyError("Another process keeps house right now. Try again in some minutes.")
        yield
    finally:
        connection.terminate()
