"""`thumper housekeeping`: remove at once what a running Thumper removes once a day, or say what that would be."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from thumper.cli.which_home import settings_to_keep_in
from thumper.errors import RefusedError
from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.housekeeping.tally import Tally

EX_UNFINISHED: Final = 3
"""Something that may go could not be removed."""


def housekeeping(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Remove nothing; say what would be removed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Remove what is old and can be made again, as a running Thumper does once a day. Originals always stay.

    The exit code is 3 when something could not be removed.
    """
    from thumper.cli.housekeeping_view import as_object, lines
    from thumper.cli.logs import configure_logs

    settings = settings_to_keep_in()
    configure_logs(settings)
    tally = asyncio.run(_keep_house(settings, dry_run=dry_run))
    typer.echo(
        json.dumps(as_object(tally, dry_run=dry_run)) if as_json else "\n".join(lines(tally, dry_run=dry_run))
    )
    raise typer.Exit(EX_UNFINISHED if tally.problems else 0)


async def _keep_house(settings: Settings, *, dry_run: bool) -> Tally:
    from thumper.cli.servers import with_addresses
    from thumper.embedded.home_access import refuse_without_database
    from thumper.embedded.servers import running_servers
    from thumper.housekeeping.round import keep_house
    from thumper.store.postgres.connect import client, open_database
    from thumper.store.postgres.schema_version import read_gap

    refuse_without_database(settings)
    async with (
        running_servers(settings) as addresses,
        open_database(addresses.database_url, pool_size=2),
    ):
        if (await read_gap(client())).missing:
            raise RefusedError(
                "The database is from an older Thumper. Run `thumper migrate` first, or `thumper up`."
            )
        return await keep_house(with_addresses(settings, addresses), dry_run=dry_run)
