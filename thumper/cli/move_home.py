"""`thumper move-home`: say that the home lies where THUMPER_HOME is, where Thumper cannot tell by itself."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from thumper.cli.consent import refuse_unless_asked
from thumper.embedded.home_access import refuse_without_database
from thumper.errors import RefusedError
from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.domain.home_move import HomeMove
    from thumper.store.disk.home_move import MovedHome

NOT_DONE: Final = 1
"""Exit code when the person said no."""

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what is known of both places, and no more.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def move_home(yes: Yes = False, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Go on with the home at THUMPER_HOME, to which it was moved: originals in it are found there.

    `thumper up` does it by itself, unless something lies where the home was, or another machine may use it.
    """
    from thumper.cli.logs import configure_logs

    if not (yes or dry_run):
        refuse_unless_asked(as_json=as_json, instead="Add --dry-run to look first, --yes to do it.")
    settings = Settings.from_env()
    configure_logs(settings)
    refuse_without_database(settings)
    asyncio.run(_move(settings, yes=yes, dry_run=dry_run, as_json=as_json))


async def _move(settings: Settings, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    from thumper.cli import prepare
    from thumper.embedded.servers import running_servers
    from thumper.store.disk import library_claim
    from thumper.store.postgres.connect import open_database

    async with running_servers(settings) as addresses:
        await prepare.migrate(addresses.database_url)
        async with open_database(addresses.database_url, pool_size=2):
            move = await library_claim.look_at_move(settings.library_dir)
            if move is None:
                say({"moved": False}, [f"The home is where it was: {settings.home}."], as_json=as_json)
                return
            _show(move, as_json=as_json and dry_run, silent=as_json and not dry_run)
            if dry_run:
                return
            if not yes and not typer.confirm(f"Go on with {settings.home}?"):
                typer.echo("Nothing was changed.")
                raise typer.Exit(NOT_DONE)
            moved = await library_claim.check_library(settings.library_dir, drop=settings.drop, insist=True)
    if moved is not None:
        say(_answer(moved), [moved.sentence, *_left_behind(move)], as_json=as_json)


def _show(move: HomeMove, *, as_json: bool, silent: bool) -> None:
    """Show what is known of both places. Raises `RefusedError` if no person may insist."""
    from thumper.domain.home_move import doubt, obstacle, question

    if (reason := obstacle(move)) is not None:
        raise RefusedError(reason)
    if silent:
        return
    known = {"moved": False, "was": move.was, "now": move.now, "oldPlace": move.old_place.value}
    counts = {"lookedFor": move.looked_for, "missing": move.missing, "doubt": doubt(move)}
    lines = [f"The former, which is recorded: {move.was}", f"The latter, in THUMPER_HOME:   {move.now}"]
    lines += [why] if (why := question(move)) is not None else []
    if move.looked_for:
        there = move.looked_for - move.missing
        lines.append(f"{there} of the {move.looked_for} latest originals that are kept in it are here.")
    if move.claimed_by is not None:
        lines.append(f"It was last used on {move.claimed_by}.")
    say(known | counts, [*lines, *_left_behind(move)], as_json=as_json)


def _left_behind(move: HomeMove) -> list[str]:
    from thumper.domain.home_move import OldPlace

    if move.old_place is not OldPlace.SOMETHING:
        return []
    return [f"What lies at {move.was} is left as it is, and is not used any more."]


def _answer(moved: MovedHome) -> dict[str, Any]:
    return {
        "moved": True,
        "was": moved.was,
        "now": moved.now,
        "originals": moved.originals,
        "dropFolders": list(moved.drop_folders),
    }


def say(answer: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print an answer, for a program or for people."""
    typer.echo(json.dumps(answer) if as_json else "\n".join(lines))
