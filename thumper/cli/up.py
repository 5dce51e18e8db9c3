"""`thumper up`: servers, API, watcher and worker in one supervised tree."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from thumper.background import stop_signals
from thumper.embedded.supervised_child import EX_CONFIG
from thumper.errors import DetectorError
from thumper.settings import ServiceManager, Settings, take_service_manager


def up(
    drop: Annotated[Path | None, typer.Option(help="The drop folder to watch (THUMPER_DROP).")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API (THUMPER_PORT).")] = None,
) -> None:
    """Start everything and show live progress. Ctrl-C stops it cleanly."""
    from thumper.cli.tree import RoomFailedError

    manager = take_service_manager()
    try:
        asyncio.run(_up(Settings.from_env(drop=drop, port=port), manager))
    except (DetectorError, RoomFailedError) as error:
        if manager.socket is None:
            raise
        # As rooms tell `thumper up`: another start would end alike.
        typer.echo(f"{error.code} {error}", err=True)
        raise typer.Exit(EX_CONFIG) from error


async def _up(settings: Settings, manager: ServiceManager) -> None:
    from thumper.cameras.profile_files import profiles_of
    from thumper.cli.display import Display
    from thumper.cli.logs import configure_logs
    from thumper.cli.systemd_signs import SystemdSigns
    from thumper.cli.tree import ROOMS, run_tree
    from thumper.weights import resolve

    configure_logs(settings)
    stop = stop_signals()
    # What cannot work is said before anything starts.
    settings.refuse_other_machines()
    resolve(settings)
    profiles_of(settings.cameras_dir)
    display = Display(settings, interactive=sys.stdout.isatty())
    signs = SystemdSigns(settings, manager, rooms=ROOMS)

    def tell(name: str, state: str, detail: str) -> None:
        display.process_changed(name, state, detail)
        signs.process_changed(name, state, detail)

    async def show(named: Settings) -> None:
        display.greet()
        await display.show_progress(named)

    async with signs.given(stop):
        await run_tree(settings, stop, on_change=tell, beside=show)
    display.farewell()
