"""`thumper undelete`: having photos that were deleted by mistake taken in again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.named_photo import as_named
from thumper.cli.receipt_query import Ask, find_dump
from thumper.cli.which_home import settings_to_ask
from thumper.domain.deletion import MOST_IMAGES
from thumper.errors import NotFoundError, UsageError

_DELETION: Final = "id sha256 note deletedAt files { path dump { id folder source { path kind } } }"
_STANDING: Final = f"""query ($where: DeletionFilter, $first: Int, $after: String) {{
  deletions(where: $where, first: $first, after: $after) {{
    totalCount nodes {{ {_DELETION} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
_UNDO: Final = f"""mutation ($input: UndoDeletionsInput!) {{
  answer: undoDeletions(input: $input) {{ deletions {{ {_DELETION} }} errors {{ message }} }} }}"""

_ID: Final = "RGVsZXRpb24"
"""What the id of a deletion begins with: Base64 of "Deletion"."""
_SHOWN: Final = 20
"""Deletions listed, the latest."""
_PAGE: Final = 50


def undelete(
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PHOTO]...", help="Deletions, by id, or by name or path of a file of the photo."
        ),
    ] = None,
    dump: Annotated[
        str | None,
        typer.Option(
            "--dump", help="A dump, by id, folder or path: the photos deleted of it, or those named."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let deleted photos be taken in again. Without a PHOTO or --dump, list the latest deletions."""
    asking = partial(ask, settings_to_ask())
    if not photos and dump is None:
        _list(asyncio.run(_page(asking, {}, first=_SHOWN)), as_json=as_json)
        return
    undone = asyncio.run(_undo(asking, photos or [], dump=dump))
    if as_json:
        typer.echo(json.dumps({"deletions": undone}))
        return
    for deletion in undone:
        typer.echo(f"Taken in when it comes again: {_name(deletion)}")
    for line in _next(undone):
        typer.echo(line)


def _list(page: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"total": page["totalCount"], "deletions": page["nodes"]}))
        return
    typer.echo(f"{page['totalCount']} deleted photos" + (", the latest:" if page["nodes"] else "."))
    for own in page["nodes"]:
        typer.echo(f"  {_line(own)}  {own['id']}")


def _line(deletion: dict[str, Any]) -> str:
    """Return when a photo was deleted, what it was called, and why."""
    note = f" · {deletion['note']}" if deletion["note"] else ""
    return f"{deletion['deletedAt'][:16].replace('T', ' ')} UTC  {_name(deletion)}{note}"


async def _undo(ask: Ask, words: Sequence[str], *, dump: str | None) -> list[dict[str, Any]]:
    """Take back the deletions that words mean, or all of a dump. Raises `NotFoundError` or `UsageError`."""
    dump_id = None if dump is None else await find_dump(ask, dump)
    if dump_id is not None and not words:
        ids = await _of_dump(ask, dump_id)
    else:
        found = [word if word.startswith(_ID) else await _find(ask, word, dump_id=dump_id) for word in words]
        ids = list(dict.fromkeys(found))
    undone: list[dict[str, Any]] = []
    for start in range(0, len(ids), MOST_IMAGES):
        answer = (await ask(_UNDO, {"input": {"deletionIds": ids[start : start + MOST_IMAGES]}}))["answer"]
        if answer["errors"]:
            raise ApiRefusedError(" ".join(error["message"] for error in answer["errors"]))
        undone += answer["deletions"]
    return undone


async def _page(ask: Ask, which: dict[str, Any], *, first: int, after: str | None = None) -> dict[str, Any]:
    """Return a page of the deletions that stand, the latest first."""
    where = {"undone": False, **which}
    page: dict[str, Any] = (await ask(_STANDING, {"where": where, "first": first, "after": after}))[
        "deletions"
    ]
    return page


async def _of_dump(ask: Ask, dump_id: str) -> list[str]:
    """Return the ids of all deletions that stand of a dump's photos."""
    ids: list[str] = []
    after = None
    while True:
        page = await _page(ask, {"dumpId": dump_id}, first=_PAGE, after=after)
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    if not ids:
        raise NotFoundError("No photo of this dump is deleted. `thumper undelete` lists the latest.")
    return ids


async def _find(ask: Ask, word: str, *, dump_id: str | None) -> str:
    """Return the id of the one deletion that stands of a photo that a file's name or path means.

    Raises `NotFoundError`, or `UsageError` naming the deletions when several photos are called so.
    """
    of_dump = {} if dump_id is None else {"dumpId": dump_id}
    page = await _page(ask, as_named(word) | of_dump, first=_SHOWN)
    found: list[dict[str, Any]] = page["nodes"]
    if not found:
        raise NotFoundError(f"No deleted photo is called {word}. `thumper undelete` lists the latest.")
    if len(found) > 1:
        lines = [f"  thumper undelete {own['id']}  {_line(own)}" for own in found]
        if page["totalCount"] > len(found):
            lines.append(f"  … and {page['totalCount'] - len(found)} more")
        several = f"{page['totalCount']} deleted photos are called {word}; say which one, or of which --dump:"
        raise UsageError("\n".join([several, *lines]))
    deletion_id: str = found[0]["id"]
    return deletion_id


def _name(deletion: dict[str, Any]) -> str:
    """Return the name by which a person knows a deleted photo."""
    paths = [file["path"] for file in deletion["files"]]
    return ", ".join(paths) if paths else f"the photo {deletion['sha256'][:12]}…"


def _next(undone: Sequence[dict[str, Any]]) -> list[str]:
    """Return what to do, for each dump that had such photos."""
    dumps = {file["dump"]["id"]: file["dump"] for own in undone for file in own["files"]}
    lines = []
    for dump_id, dump in dumps.items():
        if dump["source"]["kind"] == "UPLOAD":
            lines.append("Uploads have to be sent again, with createUpload.")
        else:
            place = dump["folder"] or dump["source"]["path"]
            lines.append(f"What still lies in {place}: thumper retry {dump_id}")
    return list(dict.fromkeys(lines))
