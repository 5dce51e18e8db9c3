"""`thumper up`: servers, API, watcher and worker in one supervised tree."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from thumper.background import stop_signals
from thumper.cli.init import refuse_missing_folder
from thumper.cli.path_argument import named_path
from thumper.domain.path_text import harmless
from thumper.embedded.instance import announced, find_instance
from thumper.embedded.supervised_child import EX_CONFIG
from thumper.errors import DetectorError, NotInstalledError, SettingError
from thumper.setting_files import remember
from thumper.settings import ServiceManager, Settings, take_service_manager


def up(
    drop: Annotated[
        Path | None,
        typer.Option(parser=named_path, metavar="FOLDER", help="The drop folder to watch (THUMPER_DROP)."),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API (THUMPER_PORT).")] = None,
) -> None:
    """Start everything and show live progress. Ctrl-C stops it cleanly.

    A folder that --drop names is kept in `thumper.toml` in the home, and watched at the next start without it.
    """
    from thumper.cli.tree import RoomFailedError
    from thumper.cli.zone_question import can_be_asked, with_time_zone

    manager = take_service_manager()
    settings = Settings.from_env(drop=drop, port=port)
    if drop is not None:
        refuse_missing_folder(settings.drop_dir)
    if find_instance(settings.home) is None:
        settings = with_time_zone(settings, ask=can_be_asked())
    try:
        asyncio.run(_up(settings, manager, remember_drop=drop is not None))
    except (DetectorError, NotInstalledError, RoomFailedError) as error:
        if manager.socket is None:
            raise
        # As rooms tell `thumper up`: another start would end alike.
        typer.echo(f"{error.code} {harmless(str(error))}", err=True)
        raise typer.Exit(EX_CONFIG) from error


async def _up(settings: Settings, manager: ServiceManager, *, remember_drop: bool = False) -> None:
    from thumper.cameras.profile_files import profiles_of
    from thumper.cli.display import Display
    from thumper.cli.logs import configure_logs
    from thumper.cli.sign_in_link import offer_first_link
    from thumper.cli.systemd_signs import SystemdSigns
    from thumper.cli.tree import ROOMS, run_tree
    from thumper.embedded.home_access import refuse_unusable_home
    from thumper.weights import resolve

    configure_logs(settings)
    stop = stop_signals()
    # What cannot work is said before anything starts.
    refuse_unusable_home(settings)
    resolve(settings)
    profiles_of(settings.cameras_dir)
    display = Display(settings, interactive=sys.stdout.isatty())
    signs = SystemdSigns(settings, manager, rooms=ROOMS)

    def tell(name: str, state: str, detail: str) -> None:
        display.process_changed(name, state, detail)
        signs.process_changed(name, state, detail)

    async def show(named: Settings) -> None:
        display.greet()
        await offer_first_link(named)
        if remember_drop:
            _remember_drop(settings)
        with announced(settings):
            await display.show_progress(named)

    async with signs.given(stop):
        await run_tree(settings, stop, on_change=tell, beside=show)
    display.farewell()


def _remember_drop(settings: Settings) -> None:
    """Keep the drop folder for the next start; where it cannot be kept, this one goes on all the same."""
    try:
        remember(settings.home, {"drop": settings.drop_dir})
    except SettingError as error:
        typer.echo(f"The drop folder is watched now, but not remembered: {error}", err=True)
