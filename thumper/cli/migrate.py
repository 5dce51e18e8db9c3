"""`thumper migrate`: bring the database's schema up to date."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from thumper.settings import Settings


def migrate(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Bring the database's schema up to date. `thumper up` does this by itself."""
    applied = asyncio.run(_migrate(Settings.from_env()))
    if as_json:
        typer.echo(json.dumps({"applied": applied}))
    elif applied:
        typer.echo(f"Applied {', '.join(applied)}.")
    else:
        typer.echo("The schema is up to date.")


async def _migrate(settings: Settings) -> list[str]:
    from thumper.embedded.servers import running_servers
    from thumper.store.connect import migrate_database

    async with running_servers(settings) as addresses:
        return await migrate_database(addresses.database_url)
