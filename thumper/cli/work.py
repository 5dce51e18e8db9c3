"""`thumper work`: one room by itself, as on a machine of its own."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from thumper.cli.room import LastExit, Restarts, Supervised, run_room
from thumper.settings import Settings

MemoryKills = Annotated[int, typer.Option("--memory-kills", hidden=True)]


def work(
    supervised: Supervised = False,
    restarts: Restarts = 0,
    last_exit: LastExit = "",
    memory_kills: MemoryKills = 0,
) -> None:
    """Run the detector over new photos."""
    run_room(
        lambda: partial(_work, memory_kills=memory_kills),
        supervised=supervised,
        restarts=restarts,
        last_exit=last_exit,
    )


def _work(settings: Settings, *, restarts: int = 0, last_exit: str = "", memory_kills: int = 0) -> int:
    """Run the worker. Raises `NotInstalledError` where OpenCV, which it imports at once, cannot be."""
    from thumper.weights import resolve
    from thumper.worker.libraries import unloadable

    try:
        from thumper.worker.main import main
    except ImportError as error:
        raise unloadable(error, settings, resolve(settings)) from error
    return main(settings, restarts=restarts, last_exit=last_exit, memory_kills=memory_kills)
