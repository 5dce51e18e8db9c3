"""What all checks look at: the settings and, as far as they can be reached, the servers.

Servers of this home that do not run are started for as long as the examination lasts, as other commands
do; but nothing is migrated or prepared, and a home that has no database yet gets none. A server that
cannot be reached is a finding, not an error.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from thumper.embedded.servers import running_servers
from thumper.errors import ThumperError
from thumper.settings import Settings
from thumper.store.postgres.connect import client, open_database
from thumper.store.postgres.schema_version import SchemaGap, read_gap

Progress = Callable[[int, int | None], None]
"""Told how many of how many (None: unknown) things a check has looked at."""

NO_DATABASE: Final = "postgresql:///nowhere"
"""Stands in for a PostgreSQL that does not start, so that Redis is started without it."""


def _count_silently(_done: int, _total: int | None) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What every check is given. `settings` name the servers that were found.

    `fresh` says that this home has no database yet and nothing was started. `database_error` is why PostgreSQL cannot
    be asked, `redis_error` why a Redis that is there could not be started, both empty when all is well. `gap`, from
    the database's schema to this program's, is None while PostgreSQL cannot be asked.
    """

    settings: Settings
    fresh: bool = False
    database_error: str = ""
    redis_error: str = ""
    gap: SchemaGap | None = None
    count: Progress = _count_silently

    @property
    def knows_tables(self) -> bool:
        """Whether the database can be asked about Thumper's tables."""
        return self.gap is not None and self.gap.is_closed


@contextlib.asynccontextmanager
async def open_context(
    settings: Settings, *, count: Progress = _count_silently
) -> AsyncIterator[CheckContext]:
    """Reach the servers, as far as possible, for as long as the context lasts."""
    async with AsyncExitStack() as stack:
        context = CheckContext(settings=settings, count=count, fresh=_is_fresh(settings))
        if not context.fresh:
            context = await _with_servers(context, stack)
        if not context.fresh and not context.database_error:
            context = await _with_database(context, stack)
        yield context


def _is_fresh(settings: Settings) -> bool:
    """Return whether the embedded PostgreSQL would be made anew."""
    if settings.database_url is not None:
        return False
    try:
        with os.scandir(settings.postgres_dir) as entries:
            return next(entries, None) is None
    except OSError as error:  # else it is somebody else's, or broken
        return isinstance(error, FileNotFoundError)


async def _with_servers(context: CheckContext, stack: AsyncExitStack) -> CheckContext:
    """Start or join the servers; when PostgreSQL does not start, Redis alone."""
    try:
        return await _holding(context, stack)
    except ThumperError as error:
        context = dataclasses.replace(context, database_error=str(error))
    with contextlib.suppress(ThumperError):  # the home cannot be used, which has been said
        return await _holding(context, stack, database_url=NO_DATABASE)
    return context


async def _holding(context: CheckContext, stack: AsyncExitStack, **elsewhere: str) -> CheckContext:
    """Hold servers for as long as the stack lasts, but not those that are said to be elsewhere."""
    own = context.settings
    addresses = await stack.enter_async_context(running_servers(own.model_copy(update=elsewhere)))
    found = {"database_url": addresses.database_url, "redis_url": addresses.redis_url}
    update = {name: url for name, url in found.items() if name not in elsewhere}
    return dataclasses.replace(
        context, settings=own.model_copy(update=update), redis_error=addresses.redis_error
    )


async def _with_database(context: CheckContext, stack: AsyncExitStack) -> CheckContext:
    try:
        await stack.enter_async_context(
            open_database(context.settings.postgres_url, pool_size=3, any_schema=True)
        )
        return dataclasses.replace(context, gap=await read_gap(client()))
    except Exception as error:  # noqa: BLE001  # whatever keeps it from answering is a finding
        return dataclasses.replace(context, database_error=str(error) or type(error).__name__)
