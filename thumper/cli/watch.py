"""`thumper watch`: one room by itself, as on a machine of its own."""

from __future__ import annotations

from thumper.cli.room import LastExit, Restarts, RoomMain, Supervised, run_room


def watch(supervised: Supervised = False, restarts: Restarts = 0, last_exit: LastExit = "") -> None:
    """Watch the drop folder and record what arrives."""
    run_room(_main, supervised=supervised, restarts=restarts, last_exit=last_exit)


def _main() -> RoomMain:
    from thumper.watcher.main import main

    return main
