"""The process tree of `thumper up`: servers of this home, and a supervised process for each room."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from thumper.background import cancel, unless_told
from thumper.cli.prepare import prepare, prepare_drop
from thumper.cli.servers import with_addresses
from thumper.embedded.servers import running_servers
from thumper.embedded.supervisor import Child, ChildFailure, OnChange, Supervisor
from thumper.errors import ThumperError
from thumper.settings import Settings
from thumper.web.port import refuse_taken_port
from thumper.weights import resolve
from thumper.worker.libraries import require_libraries

ROOMS = ("serve", "watch", "work")


class RoomFailedError(ThumperError):
    """Raised if a room ended because its settings are wrong and starting it again would not help."""

    code = "ROOM_FAILED"


async def run_tree(
    settings: Settings,
    stop: asyncio.Event,
    *,
    on_change: OnChange,
    beside: Callable[[Settings], Coroutine[Any, Any, None]],
) -> None:
    """Run everything until `stop`, which may be set before all of it is there; `beside` runs once the rooms do.

    Raises `AlreadyRunningError` when this home is in use, `NotInstalledError` when the detector's libraries are not
    here, `ServiceDownError` when the port of the API is taken (the display would show another server as if it were
    ours), and `RoomFailedError` when a room cannot run.
    """
    require_libraries(settings, resolve(settings))
    async with contextlib.AsyncExitStack() as servers:
        named = await unless_told(stop, _begin(settings, servers))
        if named is None:
            return
        supervisor = Supervisor(
            [_child(room, named) for room in ROOMS], log_dir=settings.log_dir, on_change=on_change
        )
        company = asyncio.create_task(beside(named))
        # Whatever goes wrong beside the rooms must end them, not leave them running unseen.
        company.add_done_callback(lambda _: stop.set())
        try:
            failure = await supervisor.run(stop)
        finally:
            await cancel(company)
    if failure is not None:
        raise RoomFailedError(_last_words(failure, settings))


async def _begin(settings: Settings, servers: contextlib.AsyncExitStack) -> Settings:
    """Start the servers and make them ready for the rooms; return settings that name them.

    It may be cancelled at any moment: what has been started by then is ended, or is in `servers`.
    """
    addresses = await servers.enter_async_context(running_servers(settings, require_owner=True))
    named = with_addresses(settings, addresses)
    refuse_taken_port(settings)
    await prepare(named)
    await prepare_drop(named)
    return named


def _child(room: str, settings: Settings) -> Child:
    # -P: this program, not another checkout of it in which it may have been started.
    argv = [sys.executable, "-P", "-m", "thumper", room, "--supervised"]
    return Child(name=room, argv=argv, env=settings.as_environment(), hungry=room == "work")


def _last_words(failure: ChildFailure, settings: Settings) -> str:
    return f"{failure.name} cannot run: {failure.text} (log: {settings.log_dir / failure.name}.log)"
