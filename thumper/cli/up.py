"""`thumper up`: servers, API, watcher and worker in one supervised tree."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from thumper.background import stop_signals
from thumper.settings import Settings


def up(
    drop: Annotated[Path | None, typer.Option(help="The drop folder to watch (THUMPER_DROP).")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API (THUMPER_PORT).")] = None,
) -> None:
    """Start everything and show live progress. Ctrl-C stops it cleanly."""
    asyncio.run(_up(Settings.from_env(drop=drop, port=port)))


async def _up(settings: Settings) -> None:
    from thumper.cameras.profile_files import profiles_of
    from thumper.cli.display import Display
    from thumper.cli.logs import configure_logs
    from thumper.cli.tree import run_tree
    from thumper.embedded.home_access import refuse_unusable_home
    from thumper.weights import resolve

    configure_logs(settings)
    stop = stop_signals()
    # What cannot work is said before anything starts.
    refuse_unusable_home(settings)
    settings.refuse_other_machines()
    resolve(settings)
    profiles_of(settings.cameras_dir)
    display = Display(settings, interactive=sys.stdout.isatty())

    async def show(named: Settings) -> None:
        display.greet()
        await display.show_progress(named)

    await run_tree(settings, stop, on_change=display.process_changed, beside=show)
    display.farewell()
