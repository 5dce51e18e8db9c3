"""`thumper serve`: one room by itself, as on a machine of its own."""

from __future__ import annotations

import asyncio

from thumper.cli.room import LastExit, Restarts, RoomMain, Supervised, run_room
from thumper.settings import Settings


def serve(supervised: Supervised = False, restarts: Restarts = 0, last_exit: LastExit = "") -> None:
    """Serve the GraphQL API, live subscriptions and photos."""
    run_room(
        _main if supervised else _main_with_link,
        supervised=supervised,
        restarts=restarts,
        last_exit=last_exit,
        announce=True,
    )


def _main() -> RoomMain:
    from thumper.web.main import main

    return main


def _main_with_link() -> RoomMain:
    """Return the main function for who started the API alone, and sees how to sign in."""
    from thumper.cli.sign_in_link import offer_first_link

    main = _main()

    def greet_and_serve(settings: Settings, *, restarts: int = 0, last_exit: str = "") -> int:
        asyncio.run(offer_first_link(settings))
        return main(settings, restarts=restarts, last_exit=last_exit)

    return greet_and_serve
