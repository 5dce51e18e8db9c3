"""The command `thumper` and what its exit codes mean.

0 done · 1 failed · 2 wrong usage or setting · 3 finished, but not clean, as when a card is not safe to wipe ·
4 a service is down · 5 refused, because something would be lost · 130 interrupted.
"""

from __future__ import annotations

import json
import sys

import typer
from rich.console import Console

from thumper import __version__
from thumper.cli import (
    audit,
    backup,
    benchmark,
    cameras,
    clock,
    compare,
    config,
    delete,
    demo,
    doctor,
    export,
    healthcheck,
    housekeeping,
    ingest,
    init,
    invite,
    locate,
    migrate,
    move_home,
    move_source,
    people,
    receipt,
    restore,
    retry,
    schema,
    serve,
    status,
    systemd_service,
    token,
    undelete,
    up,
    watch,
    why,
    work,
)
from thumper.domain.path_text import harmless
from thumper.embedded.home_access import explain_closed
from thumper.errors import ThumperError
from thumper.settings import Settings

app = typer.Typer(
    name="thumper",
    help="Drop a camera dump into a folder; watch the deer arrive. `thumper up` starts everything.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
for verb in (
    init,
    up,
    demo,
    ingest,
    receipt,
    retry,
    locate,
    delete,
    undelete,
    invite,
    status,
    why,
    audit,
    doctor,
    healthcheck,
    benchmark,
    compare,
    backup,
    restore,
    housekeeping,
    move_home,
    move_source,
    serve,
    watch,
    work,
    migrate,
    schema,
):
    app.command()(getattr(verb, verb.__name__.rpartition(".")[2]))
app.add_typer(cameras.cameras)
app.add_typer(clock.clock)
app.add_typer(config.config)
app.add_typer(export.export)
app.add_typer(people.people)
app.add_typer(token.token)
app.add_typer(systemd_service.service)


def _print_version(wanted: bool) -> None:  # typer calls it with the flag
    if wanted:
        typer.echo(f"thumper {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
    ),
) -> None:
    """Start, feed and watch Thumper."""


def main() -> None:
    """Run the command line; errors become one sentence and an exit code, never a traceback."""
    try:
        app()
    except ThumperError as error:
        sys.exit(_explain(error))
    except OSError as error:
        closed = _explain_closed(error)
        if closed is None:
            raise
        sys.exit(_explain(closed))


def _explain_closed(error: OSError) -> ThumperError | None:
    """Return what is wrong with the home if that is the cause; settings that cannot be read now come first."""
    try:
        return explain_closed(Settings.from_env(), error)
    except ThumperError as wrong:
        return wrong


def _explain(error: ThumperError) -> int:
    """Print what went wrong, as JSON on standard output where JSON was asked for."""
    if "--json" in sys.argv:
        typer.echo(json.dumps({"error": {"code": error.code, "message": str(error)}}))
    else:
        Console(stderr=True).print(f"[bold red]{error.code}[/] ", end="", highlight=False)
        typer.echo(harmless(str(error)), err=True)
    return error.exit_code
