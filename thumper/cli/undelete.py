"""`thumper undelete`: having photos that were deleted by mistake taken in again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.receipt_query import Ask, find_dump
from thumper.domain.deletion import MOST_IMAGES
from thumper.errors import NotFoundError
from thumper.settings import Settings

_DELETION: Final = "id sha256 note deletedAt files { path dump { id folder source { path kind } } }"
_STANDING: Final = f"""query ($name: String, $dump: ID, $first: Int, $after: String) {{
  deletions(where: {{undone: false, fileName: $name, dump: $dump}}, first: $first, after: $after) {{
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
        typer.Argument(metavar="[PHOTO]...", help="Deletions, by id or by the name of the photo's file."),
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
    asking = partial(ask, Settings.from_env())
    if not photos and dump is None:
        _list(asyncio.run(asking(_STANDING, {"first": _SHOWN}))["deletions"], as_json=as_json)
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
        note = f" · {own['note']}" if own["note"] else ""
        typer.echo(f"  {own['deletedAt'][:16].replace('T', ' ')} UTC  {_name(own)}{note}  {own['id']}")


async def _undo(ask: Ask, words: Sequence[str], *, dump: str | None) -> list[dict[str, Any]]:
    """Take back the deletions that words mean, or all of a dump; raise `NotFoundError` when one means none."""
    dump_id = None if dump is None else await find_dump(ask, dump)
    ids: list[str] = []
    if not words:
        ids = await _find(ask, None, dump_id=dump_id)
    for word in words:
        ids += [word] if word.startswith(_ID) else await _find(ask, word, dump_id=dump_id)
    undone: list[dict[str, Any]] = []
    for start in range(0, len(ids), MOST_IMAGES):
        answer = (await ask(_UNDO, {"input": {"ids": ids[start : start + MOST_IMAGES]}}))["answer"]
        if answer["errors"]:
            raise ApiRefusedError(" ".join(error["message"] for error in answer["errors"]))
        undone += answer["deletions"]
    return undone


async def _find(ask: Ask, name: str | None, *, dump_id: str | None) -> list[str]:
    """Return the ids of the deletions that stand of a file's name and a dump, as far as these are given."""
    ids: list[str] = []
    after = None
    while True:
        wanted = {"name": name, "dump": dump_id, "first": _PAGE, "after": after}
        page = (await ask(_STANDING, wanted))["deletions"]
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    if not ids:
        what = "No photo of this dump is deleted" if name is None else f"No deleted photo is called {name}"
        raise NotFoundError(f"{what}. `thumper undelete` lists the latest.")
    return ids


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
