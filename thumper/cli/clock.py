"""`thumper clock`: finding wrong clocks, repairing them after a look at what changes, taking repairs back."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.clock_names import find_fix, find_photo
from thumper.cli.clock_right import NOT_DONE, AsJson, questions, right
from thumper.cli.clock_view import effect_lines, suspect_lines
from thumper.cli.consent import refuse_unless_asked
from thumper.cli.receipt_query import Ask, find_bringing
from thumper.cli.which_home import settings_to_ask
from thumper.domain.clock_fix import OffsetError, offset_text, parse_offset, read_time
from thumper.errors import UsageError
from thumper.settings import Settings

clock = typer.Typer(name="clock", help="Find and repair wrong camera clocks.", no_args_is_help=True)
clock.command("questions")(questions)
clock.command("right")(right)

_EFFECT: Final = """effect {
  images: imageCount withoutReading changed gained lost impossible ahead ambiguous missing
  firstBefore lastBefore firstAfter lastAfter
  examples { cameraClock takenAtBefore takenAtAfter dstEdge image { id fileName location { effectiveTimeZone } } }
}"""
_PREVIEW: Final = f"""query ($input: FixClockInput!) {{
  answer: fixClockPreview(input: $input) {{ offsetSeconds {_EFFECT} errors {{ code message path }} }} }}"""
_FIX: Final = f"""mutation ($input: FixClockInput!) {{
  answer: fixClock(input: $input) {{
    clockFix {{ id offsetSeconds }} {_EFFECT} errors {{ code message path }} }} }}"""
_UNDO: Final = f"""mutation ($input: UndoClockFixInput!) {{
  answer: undoClockFix(input: $input) {{
    clockFix {{ id offsetSeconds undoneAt }} {_EFFECT} errors {{ code message path }} }} }}"""
_SUSPECTS: Final = """{ clockSuspects {
  doubt images: imageCount firstLocal lastLocal dump { id folder number source { path } }
  deployment { id location { name } }
  camera { make model serial name } example { id fileName } }
  dumps(first: 0, where: {clockAsked: true}) { totalCount } }"""

_SECOND: Final = dt.timedelta(seconds=1)

DumpId = Annotated[
    str | None,
    typer.Option(help="A dump, by id, folder or path: the photos that it was the first to deliver."),
]
DeploymentId = Annotated[
    str | None, typer.Option(help="Id of a deployment: a camera at a location, also its photos to come.")
]
Offset = Annotated[
    str | None, typer.Option(help="What to add to what the camera's clock showed, such as +1h30m, -2d or 0s.")
]
Photo = Annotated[
    str | None, typer.Option(help="A photo of which you know when it was taken, by its file name or id.")
]
TakenAt = Annotated[
    str | None,
    typer.Option(help='When that photo was really taken, by a clock on the wall there: "2026-11-01 07:30".'),
]
From = Annotated[str | None, typer.Option("--from", help="Only photos whose clock showed this or later.")]
Until = Annotated[str | None, typer.Option("--until", help="Only photos whose clock showed this or earlier.")]
Note = Annotated[str, typer.Option(help="Why; for whoever wonders later.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Repair without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and no more.")]


@clock.command("suspects")
def suspects(as_json: AsJson = False) -> None:
    """List what needs repair: clocks that were reset, went back on the way through a card, show impossible years."""
    found = asyncio.run(ask(settings_to_ask(), _SUSPECTS))
    groups: list[dict[str, Any]] = found["clockSuspects"]
    if as_json:
        typer.echo(json.dumps(groups))
        return
    for line in suspect_lines(groups):
        typer.echo(line)
    if asked := found["dumps"]["totalCount"]:
        typer.echo(
            f"{asked} old card{'' if asked == 1 else 's'} may have wrong clocks: thumper clock questions"
        )


@clock.command("fix")
def fix(
    dump: DumpId = None,
    deployment: DeploymentId = None,
    offset: Offset = None,
    photo: Photo = None,
    taken_at: TakenAt = None,
    shown_from: From = None,
    shown_until: Until = None,
    note: Note = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Repair the clock of a dump or a deployment: shows what changes, and asks.

    What the cameras' clocks showed is kept; `thumper clock undo` takes a repair back.
    """
    if dump is not None and deployment is not None:
        raise UsageError("Say whose clock it is: --dump or --deployment, one of the two.")
    if dump is None and deployment is None and photo is None:
        raise UsageError("Say whose clock it is: --dump or --deployment, or the dump of a --photo.")
    if (offset is None) == (photo is None and taken_at is None):
        raise UsageError("Say how wrong the clock was: --offset, or --photo with --taken-at.")
    said: dict[str, Any] = {
        "deploymentId": deployment,
        "offsetSeconds": None if offset is None else _seconds(offset),
        "photo": _photo(photo, taken_at),
        "shownAfter": _wall_clock(shown_from, "--from"),
        "shownBefore": _after(_wall_clock(shown_until, "--until")),
        "note": note,
    }
    if not (yes or dry_run):
        refuse_unless_asked(as_json=as_json, instead="Add --dry-run to look first, --yes to repair.")
    settings = settings_to_ask()
    asyncio.run(_find(partial(ask, settings), said, dump=dump))
    if dry_run or not yes:
        _look(settings, said, ask_whether=not dry_run, as_json=as_json)
    if not dry_run:
        _repair(settings, said, shown_before=not yes, as_json=as_json)


async def _find(ask: Ask, said: dict[str, Any], *, dump: str | None) -> None:
    """Put the ids in place of what the person named; without dump and deployment, it is the dump of the photo."""
    said["dumpId"] = dump and await find_bringing(ask, dump)
    if said["photo"] is not None:
        named = said["photo"]["imageId"]
        among = {"dumpId": said["dumpId"], "deploymentId": said["deploymentId"]}
        image, of_dump = await find_photo(ask, named, among=among)
        said["photo"]["imageId"] = image
        if said["deploymentId"] is None:
            said["dumpId"] = said["dumpId"] or of_dump


def _look(settings: Settings, said: dict[str, Any], *, ask_whether: bool, as_json: bool) -> None:
    """Show what a repair would do; end here when the person does not want it."""
    preview = _answer(settings, _PREVIEW, said)
    if as_json:
        _print_json(preview)
        return
    _show(settings, preview, preview["offsetSeconds"], then="would")
    if ask_whether and not typer.confirm("Repair it?"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(NOT_DONE)


def _repair(settings: Settings, said: dict[str, Any], *, shown_before: bool, as_json: bool) -> None:
    done = _answer(settings, _FIX, said)
    if as_json:
        _print_json(done)
        return
    if not shown_before:
        _show(settings, done, done["clockFix"]["offsetSeconds"], then="did")
    typer.echo(f"Repaired. To take it back: thumper clock undo {done['clockFix']['id']}")


@clock.command("undo")
def undo(
    fix: Annotated[
        str, typer.Argument(metavar="FIX", help="Id of the repair; or the dump that it is of, if one stands.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take a repair back: its photos fall back to the repair before, else to what their clocks showed."""
    settings = settings_to_ask()
    done = _answer(settings, _UNDO, {"clockFixId": asyncio.run(find_fix(partial(ask, settings), fix))})
    if as_json:
        _print_json(done)
        return
    for line in effect_lines(done["effect"], then="did", zone=settings.zone):
        typer.echo(line)
    typer.echo("Taken back.")


def _seconds(offset: str) -> int:
    try:
        return parse_offset(offset)
    except OffsetError as error:
        raise UsageError(f"--offset: {error}") from None


def _wall_clock(text: str | None, option: str) -> str | None:
    """Return a wall-clock time in the words of the API."""
    if text is None:
        return None
    time = _time(text, option)
    if time.tzinfo is not None:
        raise UsageError(f"{option}: cameras' clocks have no offset from UTC; leave {text[19:]!r} out.")
    return time.isoformat()


def _after(until: str | None) -> str | None:
    """Return the bound before which a clock showed that time or an earlier one; cameras write whole seconds."""
    try:
        return None if until is None else (dt.datetime.fromisoformat(until) + _SECOND).isoformat()
    except OverflowError:  # no clock can show more
        return None


def _time(text: str, option: str) -> dt.datetime:
    try:
        return read_time(text)
    except ValueError:
        raise UsageError(f"{option}: {text[:40]!r} is no time; write one such as 2026-11-01 07:30.") from None


def _photo(photo: str | None, taken_at: str | None) -> dict[str, str] | None:
    if (photo is None) != (taken_at is None):
        raise UsageError("--photo and --taken-at belong together: which photo, and when it was really taken.")
    if photo is None or taken_at is None:
        return None
    time = _time(taken_at, "--taken-at")
    return {"imageId": photo, "takenAtLocal" if time.tzinfo is None else "takenAt": time.isoformat()}


def _answer(settings: Settings, query: str, said: dict[str, Any]) -> dict[str, Any]:
    """Ask, and give the payload; raise `ApiRefusedError` with what the API says against it."""
    answer: dict[str, Any] = asyncio.run(ask(settings, query, {"input": said}))["answer"]
    if answer["errors"]:
        raise ApiRefusedError(" ".join(error["message"] for error in answer["errors"]))
    return answer


def _show(settings: Settings, answer: dict[str, Any], offset_s: int, *, then: str) -> None:
    typer.echo(f"Clock {offset_text(offset_s)}")
    for line in effect_lines(answer["effect"], then=then, zone=settings.zone):
        typer.echo(line)


def _print_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps({name: value for name, value in answer.items() if name != "errors"}))
