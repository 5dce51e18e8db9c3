"""`thumper locate`: saying where photos are from after a look at what follows, and taking it back."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.consent import refuse_unless_asked
from thumper.cli.locate_view import effect_lines
from thumper.cli.receipt_query import deliveries, find_bringing
from thumper.cli.which_home import settings_to_ask
from thumper.errors import NotFoundError, UsageError
from thumper.settings import Settings

_EFFECT: Final = """effect { images: imageCount alreadyThereCount dumps: dumpCount deploymentCount
  moves { images: imageCount origin { name } destinationName timeZoneBefore timeZoneAfter }
  deployments { kind camera { make model serial name } locationBefore { name } locationAfter { name } }
  clock { changed gained lost ambiguous missing firstBefore lastBefore firstAfter lastAfter
    examples { cameraClock takenAtBefore takenAtAfter dstEdge image { fileName } } } }
  errors { code message path }"""
_DONE: Final = f"relocation {{ id undoneAt }} {_EFFECT}"
_SET: Final = (
    f"query ($input: SetLocationInput!) {{ answer: setLocationPreview(input: $input) {{ {_EFFECT} }} }}",
    f"mutation ($input: SetLocationInput!) {{ answer: setLocation(input: $input) {{ {_DONE} }} }}",
)
_MERGE: Final = (
    f"query ($input: MergeLocationsInput!) {{ answer: mergeLocationsPreview(input: $input) {{ {_EFFECT} }} }}",
    f"mutation ($input: MergeLocationsInput!) {{ answer: mergeLocations(input: $input) {{ {_DONE} }} }}",
)
"""Preview and change."""
_UNDO: Final = (
    f"mutation ($input: UndoRelocationInput!) {{ answer: undoRelocation(input: $input) {{ {_DONE} }} }}"
)
_LATEST: Final = """query ($dump: ID!) {
  relocations(first: 1, where: {dumpId: $dump, undone: false}) { nodes { id } } }"""
_MERGED: Final = """query ($name: String!) {
  location(name: $name) { relocations { id undoneAt mergedLocation { name } } } }"""
_NAMED: Final = "query ($name: String!) { location(name: $name) { id } }"
_CAMERAS: Final = """query ($after: String) { cameras(first: 100, after: $after) {
  nodes { id serial name } pageInfo { hasNextPage endCursor } } }"""

_ID: Final = "UmVsb2NhdGlvbj"
"""What the id of a change begins with: Base64 of "Relocation:"."""

_ANSWER_WITHIN_S: Final = 600.0
"""Longest that a change may take: 100,000 photos that get another time zone took 26 s on two cores."""

_NOT_DONE: Final = 1
"""Exit code when the person said no."""

Dump = Annotated[
    str,
    typer.Argument(
        metavar="DUMP",
        help="A dump, by id, folder or path; with --undo also the id of a change; with --merge the location that goes.",
    ),
]
Place = Annotated[
    str | None,
    typer.Argument(metavar="LOCATION", help="Name of the location; a new name makes a new location."),
]
Camera = Annotated[
    str | None,
    typer.Option(help="Only photos of this camera, by its id, serial number or the name in its menu."),
]
Nowhere = Annotated[bool, typer.Option("--nowhere", help="They are from no location that is known.")]
Merge = Annotated[
    bool, typer.Option("--merge", help="Make a location, such as a mistyped one, another name of LOCATION.")
]
Undo = Annotated[bool, typer.Option("--undo", help="Take the latest change of the dump back.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would follow, and no more.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def locate(
    dump: Dump,
    location: Place = None,
    camera: Camera = None,
    nowhere: Nowhere = False,
    merge: Merge = False,
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Set where the photos of a dump are from: shows what follows, and asks.

    Their capture times are read in the time zone of the place; --undo takes it back.
    """
    if (location is not None) + nowhere + undo != 1:
        raise UsageError("Say where the photos are from: a location or --nowhere; or take it back: --undo.")
    if undo and (dry_run or camera is not None):
        raise UsageError(
            "--undo takes a whole change back, without a look before; leave the other options out."
        )
    if merge and (location is None or camera is not None):
        raise UsageError("--merge goes with two locations: the one that goes, and the one that stays.")
    if not (yes or dry_run or undo):
        refuse_unless_asked(as_json=as_json, instead="Add --dry-run to look first, --yes to do it.")
    settings = settings_to_ask()
    if undo:
        _take_back(settings, dump, as_json=as_json)
        return
    queries, said = (_MERGE, _merged) if merge else (_SET, partial(_placed, camera=camera))
    wanted = asyncio.run(said(settings, dump, location))
    if dry_run or not yes:
        _look(settings, queries[0], wanted, ask_whether=not dry_run, as_json=as_json)
    if not dry_run:
        _make(settings, queries[1], wanted, shown_before=not yes, as_json=as_json)


async def _placed(
    settings: Settings, dump: str, location: str | None, *, camera: str | None
) -> dict[str, Any]:
    """Return the input of `setLocation`."""
    return {
        "dumpId": await find_bringing(partial(ask, settings), dump),
        "cameraId": camera and await _camera(settings, camera),
        "locationName": location,
        "nowhere": location is None,
    }


async def _camera(settings: Settings, word: str) -> str:
    """Return the id of the one camera that a word means; raise `NotFoundError` or `UsageError`."""
    found: list[str] = []
    after: str | None = None
    more = True
    while more:
        page = (await ask(settings, _CAMERAS, {"after": after}))["cameras"]
        found += [own["id"] for own in page["nodes"] if word in {own["id"], own["serial"], own["name"]}]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    if not found:
        raise NotFoundError(f"There is no camera {word}.")
    if len(found) > 1:
        raise UsageError(
            f"--camera: {len(found)} cameras are called {word}; use one of these ids: {', '.join(found)}."
        )
    return found[0]


async def _merged(settings: Settings, goes: str, stays: str | None) -> dict[str, Any]:
    """Return the input of `mergeLocations`."""
    ids = []
    for name in (goes, stays):
        found = (await ask(settings, _NAMED, {"name": name}))["location"]
        if found is None:
            raise NotFoundError(f"There is no location {name}.")
        ids.append(found["id"])
    return {"locationId": ids[0], "intoId": ids[1]}


def _look(
    settings: Settings, query: str, wanted: dict[str, Any], *, ask_whether: bool, as_json: bool
) -> None:
    """Show what would follow; end here when the person does not want it."""
    preview = _answer(settings, query, wanted)
    if as_json:
        _print_json(preview)
        return
    _show(settings, preview, then="would")
    if ask_whether and not typer.confirm("Move them?"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(_NOT_DONE)


def _make(
    settings: Settings, query: str, wanted: dict[str, Any], *, shown_before: bool, as_json: bool
) -> None:
    done = _answer(settings, query, wanted)
    if as_json:
        _print_json(done)
        return
    if not shown_before:
        _show(settings, done, then="did")
    typer.echo(f"Done. To take it back: thumper locate {done['relocation']['id']} --undo")


def _take_back(settings: Settings, word: str, *, as_json: bool) -> None:
    done = _answer(settings, _UNDO, {"relocationId": asyncio.run(_change(settings, word))})
    if as_json:
        _print_json(done)
        return
    _show(settings, done, then="did")
    typer.echo("Taken back.")


async def _change(settings: Settings, word: str) -> str:
    """Return the id of the change that a word means: an id, or the latest standing one of a dump.

    Of a folder or path it is that of the latest dump of which any stands. When none does, it is the merging of a
    location that was called like the folder.
    """
    if word.startswith(_ID):
        return word
    changes: list[dict[str, Any]] = []
    for dump_id in await deliveries(partial(ask, settings), word):
        changes = (await ask(settings, _LATEST, {"dump": dump_id}))["relocations"]["nodes"]
        if changes:
            break
    if not changes:
        location = (await ask(settings, _MERGED, {"name": word}))["location"]
        changes = [own for own in (location or {"relocations": []})["relocations"] if _merged_name(own, word)]
    if not changes:
        raise NotFoundError(f"No change of the place of {word} stands, so there is nothing to take back.")
    change_id: str = changes[0]["id"]
    return change_id


def _merged_name(change: dict[str, Any], name: str) -> bool:
    """Return whether a change stands that merged a location of that name."""
    merged = change["mergedLocation"]
    return change["undoneAt"] is None and merged is not None and merged["name"].lower() == name.lower()


def _answer(settings: Settings, query: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Ask, and return the payload; raise `ApiRefusedError` with what the API says against it."""
    asking = ask(settings, query, {"input": wanted}, within_s=_ANSWER_WITHIN_S)
    answer: dict[str, Any] = asyncio.run(asking)["answer"]
    if answer["errors"]:
        raise ApiRefusedError(" ".join(error["message"] for error in answer["errors"]))
    return answer


def _show(settings: Settings, answer: dict[str, Any], *, then: str) -> None:
    for line in effect_lines(answer["effect"], then=then, zone=settings.zone):
        typer.echo(line)


def _print_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps({name: value for name, value in answer.items() if name != "errors"}))
