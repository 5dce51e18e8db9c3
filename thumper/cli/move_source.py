"""`thumper move-source OLD NEW`: say that the drop folder lies elsewhere now; nothing in it is taken in again."""

from __future__ import annotations

import asyncio
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from thumper.cli.consent import refuse_unless_asked
from thumper.cli.move_home import NOT_DONE, AsJson, Yes, say
from thumper.cli.path_argument import named_path
from thumper.domain.home_move import OldPlace
from thumper.embedded.home_access import refuse_without_database
from thumper.errors import SettingError
from thumper.setting_files import Source, remember
from thumper.settings import Settings, given_settings

if TYPE_CHECKING:
    from thumper.store.disk.source_move import SourceMove

_NAMED: Final = 3

Old = Annotated[
    Path,
    typer.Argument(
        metavar="OLD", help="The drop folder as it was, as receipts and `thumper status` name it."
    ),
]
New = Annotated[
    Path, typer.Argument(parser=named_path, metavar="NEW", help="Where it is now, with its files in it.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Compare the two, and no more.")]
Insist = Annotated[
    bool, typer.Option("--insist", help="Go on although files in NEW are others, or most are missing.")
]


def move_source(
    old: Old,
    new: New,
    insist: Insist = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Go on with the drop folder at NEW that was at OLD: shows what is there, and asks.

    Receipts stay, photos are found in NEW, and no file is taken in again. Thumper must not be watching OLD or NEW.
    """
    from thumper.cli.logs import configure_logs
    from thumper.watcher.main import refuse_own_pictures

    if not (yes or dry_run):
        refuse_unless_asked(as_json=as_json, instead="Add --dry-run to look first, --yes to do it.")
    settings = Settings.from_env()
    configure_logs(settings)
    refuse_without_database(settings)
    was, now = Path(os.path.abspath(old.expanduser())), Path(os.path.abspath(new.expanduser()))
    refuse_own_pictures(settings.model_copy(update={"drop": now}))
    asking = _Asking(insist=insist, yes=yes, dry_run=dry_run, as_json=as_json)
    asyncio.run(_move(settings, was, now, asking=asking))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """How the command was given."""

    insist: bool
    yes: bool
    dry_run: bool
    as_json: bool


async def _move(settings: Settings, was: Path, now: Path, *, asking: _Asking) -> None:
    from thumper.cli.prepare import prepare
    from thumper.cli.servers import with_addresses
    from thumper.embedded.servers import running_servers
    from thumper.store.disk import source_move
    from thumper.store.postgres.connect import open_database

    async with running_servers(settings) as addresses:
        named = with_addresses(settings, addresses)
        await prepare(named)
        async with open_database(named.postgres_url, pool_size=2):
            move = await source_move.look(was, now, insist=asking.insist)
            if asking.dry_run or not asking.as_json:
                say(_answer(move, moved=False), known_lines(move), as_json=asking.as_json)
            if asking.dry_run:
                return
            if not asking.yes and not typer.confirm(f"Go on with {now}?"):
                typer.echo("Nothing was changed.")
                raise typer.Exit(NOT_DONE)
            await source_move.adopt(move)
    say(_answer(move, moved=True), [move.sentence, *_next(settings, was, now)], as_json=asking.as_json)


def known_lines(move: SourceMove) -> list[str]:
    """Return what is known of both places."""
    like = move.likeness
    there = f"{like.found} of {like.looked_for} files that were looked for are in {move.now_text}"
    same = f"{like.read} of them were read and have the same bytes."
    lines = [f"{there}; {same}"] if like.looked_for else ["No photo was taken in from there yet."]
    for what, paths in (("Missing", like.missing), ("Others", like.others)):
        lines += (
            [f"{what}: {', '.join(paths[:_NAMED])}{' …' if len(paths) > _NAMED else ''}"] if paths else []
        )
    if move.old_place is OldPlace.SOMETHING:
        lines.append(
            f"{move.was_text} is still there. It is left as it is; watched again it is a folder of its own."
        )
    return lines


def _next(settings: Settings, was: Path, now: Path) -> list[str]:
    """Have the next start watch the new place if the old one was remembered; else return what a person has to do."""
    if settings.drop_dir == now:
        return []
    if settings.drop_dir == was and _is_remembered():
        try:
            return [f"Kept in {remember(settings.home, {'drop': now})}: the next start watches {now}."]
        except SettingError as error:
            return [str(error)]
    how = f"Start with `thumper up --drop {shlex.quote(str(now))}`, or set THUMPER_DROP to it"
    return [f"{how}: else {settings.drop_dir} is watched."]


def _is_remembered() -> bool:
    """Whether the drop folder is from `thumper.toml` or nowhere, so that nothing wins over what is written there."""
    drop = given_settings().get("drop")
    return drop is None or drop.source is Source.TOML


def _answer(move: SourceMove, *, moved: bool) -> dict[str, Any]:
    like = move.likeness
    return {
        "moved": moved,
        "was": move.was_text,
        "now": move.now_text,
        "files": move.files,
        "originals": move.originals,
        "lookedFor": like.looked_for,
        "found": like.found,
        "read": like.read,
        "missing": list(like.missing),
        "others": list(like.others),
        "oldPlace": move.old_place.value,
    }
