"""`thumper delete`: deleting photos for good, after a look at what goes with them and what stays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.clock_names import find_photo
from thumper.cli.consent import refuse_unless_asked
from thumper.cli.counted import counted
from thumper.cli.named_photo import tell_photos
from thumper.cli.receipt_query import Ask, find_bringing
from thumper.cli.which_home import settings_to_ask
from thumper.domain.deletion import MOST_IMAGES

_EFFECT: Final = (
    "effect { images: imageCount originals: originalCount detections: detectionCount reviews: reviewCount"
    " decisions: decisionCount sightings: sightingCount marks: markCount files: fileCount filesLeft: filesLeftCount"
    " leftExamples }"
)
_PREVIEW: Final = f"""query ($input: DeleteImagesInput!) {{
  answer: deleteImagesPreview(input: $input) {{ {_EFFECT} errors {{ message }} }} }}"""
_DELETE: Final = f"""mutation ($input: DeleteImagesInput!) {{ answer: deleteImages(input: $input) {{
  deletions {{ id sha256 files {{ path dump {{ id }} }} }} {_EFFECT} notErased errors {{ message }} }} }}"""

_ID: Final = "SW1hZ2U6"
"""What the id of an image begins with: Base64 of "Image:"."""
_NOT_DONE: Final = 1
"""Exit code when the person said no."""

Photos = Annotated[
    list[str],
    typer.Argument(metavar="PHOTO...", help="Photos, by id, or by name or path of a file that brought them."),
]
OfDump = Annotated[
    str | None,
    typer.Option(
        "--dump", help="A dump, by id, folder or path: only photos that it brought, first or again."
    ),
]


def delete(
    photos: Photos,
    dump: OfDump = None,
    note: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be deleted, and no more.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Delete photos for good, such as those of people: shows what goes and what stays, and asks.

    Originals in the drop folder stay. The same photo is not taken in again, until `thumper undelete`.
    """
    if not (yes or dry_run):
        refuse_unless_asked(as_json=as_json, instead="Add --dry-run to look first, --yes to delete.")
    settings = settings_to_ask()
    asking = partial(ask, settings)
    ids = asyncio.run(find_photos(asking, photos, dump=dump))
    if dry_run or not yes:
        look = asyncio.run(_send(asking, _PREVIEW, ids))
        photos = [] if as_json else asyncio.run(tell_photos(asking, ids))
        _show(look, then="would", photos=photos, as_json=as_json)
        if dry_run:
            return
        if not typer.confirm("Delete for good?"):
            typer.echo("Nothing was changed.")
            raise typer.Exit(_NOT_DONE)
    done = asyncio.run(_send(asking, _DELETE, ids, note=note))
    _show(done, then="did", as_json=as_json)
    if done["notErased"]:
        raise typer.Exit(_NOT_DONE)


async def find_photos(
    ask: Ask, words: Sequence[str], *, dump: str | None, command: str = "thumper delete"
) -> list[str]:
    """Return the ids of the images that words mean: ids, names or paths.

    Raises `NotFoundError`, or `UsageError` naming the photos, each with the `command`, when a word means several.
    """
    dump_id = None if dump is None else await find_bringing(ask, dump)
    ids = [word if _is_id(word) else await _find(ask, word, dump_id, option=f"{command} ") for word in words]
    return list(dict.fromkeys(ids))


def _is_id(word: str) -> bool:
    return word.startswith(_ID) and "." not in word


async def _find(ask: Ask, name: str, dump_id: str | None, *, option: str) -> str:
    among = None if dump_id is None else {"dumpId": dump_id, "deliveredAgain": True}
    image_id, _ = await find_photo(ask, name, among=among, option=option)
    return image_id


async def _send(ask: Ask, query: str, ids: Sequence[str], **said: str) -> dict[str, Any]:
    """Ask for all photos, as many at a time as the API takes, and return the answers as one."""
    whole: dict[str, Any] = {"deletions": [], "effect": {}, "notErased": []}
    for start in range(0, len(ids), MOST_IMAGES):
        answer = (await ask(query, {"input": {"imageIds": ids[start : start + MOST_IMAGES], **said}}))[
            "answer"
        ]
        if answer["errors"]:
            done = f"{start} photos are done, the others are as they were. " if start else ""
            raise ApiRefusedError(done + " ".join(error["message"] for error in answer["errors"]))
        for name in ("deletions", "notErased"):
            whole[name] += answer.get(name, [])
        for name, value in answer["effect"].items():
            whole["effect"][name] = whole["effect"][name] + value if start else value
    return whole


def _show(answer: dict[str, Any], *, then: str, as_json: bool, photos: Sequence[str] = ()) -> None:
    if as_json:
        typer.echo(json.dumps(answer))
        return
    for line in _lines(answer["effect"], then=then, photos=photos):
        typer.echo(line)
    for deletion in answer["deletions"]:
        names = ", ".join(file["path"] for file in deletion["files"])
        typer.echo(f"  {deletion['id']} {names}")
    for problem in answer["notErased"]:
        typer.echo(f"Not erased yet, Thumper tries again every minute: {problem}", err=True)


_WITH: Final = {
    "originals": ("original that Thumper keeps", "originals that Thumper keeps"),
    "detections": ("box", "boxes"),
    "reviews": ("review", "reviews"),
    "decisions": ("decision about which deer it is", "decisions about which deer it is"),
    "sightings": ("sighting of a known deer", "sightings of known deer"),
    "marks": ("star, tag or note", "stars, tags and notes"),
}


def _lines(effect: dict[str, Any], *, then: str, photos: Sequence[str]) -> Iterator[str]:
    """Yield what goes and what stays, for people."""
    one = effect["images"] == 1
    be = "would be" if then == "would" else "was" if one else "were"
    yield f"{counted(effect['images'], 'photo', 'photos')} {be} deleted for good" + (":" if photos else "")
    yield from (f"    {photo}" for photo in photos)
    gone = [counted(effect[name], *words) for name, words in _WITH.items() if effect[name]]
    if gone:
        yield f"  with {', '.join(gone)}"
    yield f"  {counted(effect['files'], 'file', 'files')} of receipts: rejected as DELETED, and no obstacle to wiping"
    if effect["filesLeft"]:
        yield f"  {counted(effect['filesLeft'], 'file stays', 'files stay')} where Thumper only reads:"
        yield from (f"    {path}" for path in effect["leftExamples"])
        more = effect["filesLeft"] - len(effect["leftExamples"])
        if more > 0:
            yield f"    … and {more} more"
