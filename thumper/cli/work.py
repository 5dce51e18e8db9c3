"""`thumper work`: one room by itself, as on a machine of its own."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from thumper.cli.room import LastExit, Restarts, RoomMain, Supervised, run_room

MemoryKills = Annotated[int, typer.Option("--memory-kills", hidden=True)]


def work(
    supervised: Supervised = False,
    restarts: Restarts = 0,
    last_exit: LastExit = "",
    memory_kills: MemoryKills = 0,
) -> None:
    """Run the detector over new photos."""

    def find_main() -> RoomMain:
        from thumper.worker.main import main

        return partial(main, memory_kills=memory_kills)

    run_room(find_main, supervised=supervised, restarts=restarts, last_exit=last_exit)
