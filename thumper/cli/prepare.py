"""What must be true of a database before a room works with it: schema, detector, same folders."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from thumper.domain.precision import Precision
from thumper.settings import Settings
from thumper.store.disk import library_claim, source_move
from thumper.store.images import detectors
from thumper.store.postgres.connect import migrate_database, open_database
from thumper.weights import resolve


async def prepare(settings: Settings) -> None:
    """Migrate, register the detector that new photos are queued for, check the library.

    Raises `SchemaTooNewError`, `DetectorError`, `RefusedError` or `ServiceDownError`.
    """
    await migrate(settings.postgres_url)
    async with open_database(settings.postgres_url, pool_size=2):
        moved = await library_claim.check_library(settings.library_dir, drop=settings.drop)
        if moved is not None:
            typer.echo(moved.sentence, err=True)
        if settings.model is not None or await detectors.current() is None:
            weights = resolve(settings)
            # With another precision the worker itself makes its detector current, once it agreed with the reference.
            chosen = settings.model is not None and weights.precision is Precision.FP32
            await detectors.register(weights, make_current=chosen)


async def prepare_drop(settings: Settings) -> None:
    """Go on with a drop folder that was moved to where settings name it now, and tell people."""
    async with open_database(settings.postgres_url, pool_size=2):
        moved = await source_move.follow_moved(settings.drop_dir, home=settings.home)
    if moved is not None:
        typer.echo(moved.sentence, err=True)


async def migrate(url: str) -> list[str]:
    """Bring the schema up to date and give what was applied; people hear of it when an older Thumper made it.

    Raises `SchemaTooNewError` or `ServiceDownError`.
    """
    return await migrate_database(url, on_upgrade=_tell)


def _tell(migrations: Sequence[str]) -> None:
    """Print on standard error what begins: it may take a while, and there is no way back."""
    typer.echo(
        f"The database is from an older Thumper and is brought up to date now ({', '.join(migrations)}). If this is "
        "interrupted nothing has changed, and the next start does it again. Afterwards the older Thumper cannot use "
        "the database: only a backup that it made (`thumper backup`) leads back.",
        err=True,
    )
