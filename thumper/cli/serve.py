"""`thumper serve`: one room by itself, as on a machine of its own."""

from __future__ import annotations

from thumper.cli.room import LastExit, Restarts, RoomMain, Supervised, run_room


def serve(supervised: Supervised = False, restarts: Restarts = 0, last_exit: LastExit = "") -> None:
    """Serve the GraphQL API, live subscriptions and photos."""
    run_room(_main, supervised=supervised, restarts=restarts, last_exit=last_exit, announce=True)


def _main() -> RoomMain:
    from thumper.web.main import main

    return main
