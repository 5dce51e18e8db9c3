"""`thumper restore DIR`: bring a backup back into an empty home, or only check it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thumper.cli.path_argument import named_path
from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.backup.manifest import Manifest
    from thumper.backup.restoration import Restored
    from thumper.backup.stage import Watcher


def restore(
    folder: Annotated[
        Path, typer.Argument(parser=named_path, metavar="DIR", help="A folder that `thumper backup` made.")
    ],
    drop: Annotated[
        Path | None,
        typer.Option(
            parser=named_path,
            metavar="FOLDER",
            help="Where the drop folder is on this machine (THUMPER_DROP); where it was, if left out.",
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check DIR; change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Restore the backup DIR into an empty home. Everything is checked before anything is changed.

    Killed midway, the database is still empty, and the same command begins anew.
    """
    from thumper.cli.backup_view import Stages, show_checked, show_restored
    from thumper.cli.logs import configure_logs

    settings = Settings.from_env(drop=drop)
    configure_logs(settings)
    folder = Path(os.path.abspath(folder))
    if check:
        with Stages() as stages:
            manifest = asyncio.run(_check(settings, folder, stages))
        show_checked(folder, manifest, as_json=as_json)
    else:
        with Stages() as stages:
            restored = asyncio.run(_restore(settings, folder, stages))
        # Without --drop: the advice is about the next `thumper up`, which is started without that option.
        show_restored(folder, restored, Settings.from_env(), as_json=as_json)


async def _check(settings: Settings, folder: Path, watcher: Watcher) -> Manifest:
    from thumper.backup.inspection import inspect

    return await inspect(settings, folder, watcher=watcher)


async def _restore(settings: Settings, folder: Path, watcher: Watcher) -> Restored:
    from thumper.backup.restoration import refuse_taken_home, restore_backup
    from thumper.cli.servers import with_addresses
    from thumper.embedded.home_access import refuse_unusable_home
    from thumper.embedded.servers import running_servers

    refuse_unusable_home(settings)
    refuse_taken_home(settings)
    manifest = await _check(settings, folder, watcher)
    async with running_servers(settings, require_owner=True) as addresses:
        named = with_addresses(settings, addresses)
        return await restore_backup(named, folder, manifest, drop=settings.drop, watcher=watcher)
