"""`thumper migrate`: bring the database's schema up to date."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from thumper.settings import Settings


def migrate(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Bring the database's schema up to date. `thumper up` does this by itself."""
    from thumper.cli.logs import configure_logs

    settings = Settings.from_env()
    configure_logs(settings)
    applied = asyncio.run(_migrate(settings))
    if as_json:
        typer.echo(json.dumps({"applied": applied}))
    elif applied:
        typer.echo(f"Applied {', '.join(applied)}.")
    else:
        typer.echo("The schema is up to date.")


async def _migrate(settings: Settings) -> list[str]:
    from thumper.cli import prepare
    from thumper.embedded.servers import running_servers

    async with running_servers(settings) as addresses:
        return await prepare.migrate(addresses.database_url)
