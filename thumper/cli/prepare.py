"""What must be true of a database before a room works with it: schema, detector, same folders."""

from __future__ import annotations

from thumper.settings import Settings
from thumper.store import detectors, premises
from thumper.store.connect import migrate_database, open_database
from thumper.weights import resolve


async def prepare(settings: Settings) -> None:
    """Migrate, register the detector that new photos are queued for, check the library.

    Raises `SchemaTooNewError`, `DetectorError`, `RefusedError` or `ServiceDownError`.
    """
    await migrate_database(settings.postgres_url)
    async with open_database(settings.postgres_url, pool_size=2):
        await premises.check_library(settings.library_dir)
        if settings.model is not None or await detectors.current() is None:
            await detectors.register(resolve(settings), make_current=settings.model is not None)
