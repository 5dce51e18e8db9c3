"""`thumper backup DIR`: keep database, settings and detector hashes, and originals if asked for, in a new folder."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from thumper.cli.path_argument import named_path
from thumper.cli.which_home import settings_to_keep_in
from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.backup.stage import Watcher
    from thumper.backup.take import Backup

EX_INCOMPLETE: Final = 3
"""The backup is there and whole, but originals that should be in it could not be read."""


def backup(
    folder: Annotated[
        Path, typer.Argument(parser=named_path, metavar="DIR", help="A new folder; it becomes the backup.")
    ],
    originals: Annotated[
        bool, typer.Option("--originals", help="Copy the photos too, of library and drop folder.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a backup into the new folder DIR, while Thumper runs or not, and prove it by restoring it for trial.

    The exit code is 3 when originals that should be in it could not be read.
    """
    from thumper.cli.backup_view import Stages, show_backup
    from thumper.cli.logs import configure_logs

    settings = settings_to_keep_in()
    configure_logs(settings)
    with Stages() as stages:
        taken = asyncio.run(
            _backup(settings, Path(os.path.abspath(folder)), originals=originals, watcher=stages)
        )
    show_backup(taken, as_json=as_json)
    raise typer.Exit(EX_INCOMPLETE if taken.missing else 0)


async def _backup(settings: Settings, folder: Path, *, originals: bool, watcher: Watcher) -> Backup:
    from thumper.backup.draft import refuse_taken
    from thumper.backup.take import take_backup
    from thumper.embedded.home_access import refuse_unusable_home, refuse_without_database
    from thumper.embedded.servers import running_servers

    refuse_unusable_home(settings)
    refuse_taken(folder)
    refuse_without_database(settings)
    watcher.begin("Finding the database")
    # The schema is left as it is: an older one is kept as it was.
    async with running_servers(settings) as addresses:
        return await take_backup(
            settings, folder, url=addresses.database_url, originals=originals, watcher=watcher
        )
