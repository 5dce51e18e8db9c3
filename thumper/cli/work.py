"""`thumper work`: one room by itself, as on a machine of its own."""

from __future__ import annotations

from thumper.cli.room import LastExit, Restarts, RoomMain, Supervised, run_room


def work(supervised: Supervised = False, restarts: Restarts = 0, last_exit: LastExit = "") -> None:
    """Run the detector over new photos."""
    run_room(_main, supervised=supervised, restarts=restarts, last_exit=last_exit)


def _main() -> RoomMain:
    from thumper.worker.main import main

    return main
