"""Starting one of the three rooms that run until they are stopped: serve, watch, work."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Annotated, NoReturn, Protocol

import typer

from thumper.cli.logs import configure_logs
from thumper.domain.path_text import harmless
from thumper.embedded.supervised_child import EX_CONFIG
from thumper.errors import DetectorError, NotInstalledError, RefusedError, UsageError
from thumper.settings import Settings

Supervised = Annotated[bool, typer.Option("--supervised", hidden=True)]
Restarts = Annotated[int, typer.Option("--restarts", hidden=True)]
LastExit = Annotated[str, typer.Option("--last-exit", hidden=True)]


class RoomMain(Protocol):
    """The main function of a room."""

    def __call__(self, settings: Settings, *, restarts: int = 0, last_exit: str = "") -> int:
        """Run until SIGTERM; return the exit code."""
        ...


def run_room(
    find_main: Callable[[], RoomMain],
    *,
    supervised: bool,
    restarts: int,
    last_exit: str,
    announce: bool = False,
) -> NoReturn:
    """Run a room, under a supervisor that has prepared everything, or alone; then exit with its code.

    `find_main` imports the room, which is slow and must not slow down other commands. With `announce` other commands
    find the room that runs alone.
    """
    try:
        settings = Settings.handed() if supervised else Settings.from_env()
        configure_logs(settings)
        if supervised:
            code = find_main()(settings, restarts=restarts, last_exit=last_exit)
        else:
            from thumper.cli.servers import servers
            from thumper.embedded.instance import announced

            told = announced(settings) if announce else contextlib.nullcontext()
            with servers(settings) as named, told:
                code = find_main()(named)
    except (UsageError, RefusedError, NotInstalledError, DetectorError) as error:
        if not supervised:
            raise
        # The supervisor shows the last line that a child wrote.
        typer.echo(f"{error.code} {harmless(' '.join(str(error).split()))}", err=True)
        code = EX_CONFIG
    raise typer.Exit(code)
