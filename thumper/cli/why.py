"""`thumper why`: why photos have no result yet, asked of the public API."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ask
from thumper.cli.delete import OfDump, find_photos
from thumper.cli.receipt_query import Ask
from thumper.errors import NotFoundError
from thumper.settings import Settings

_WHY: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Image {
  id fileName state firstDelivery { path } error { code message whatToDo }
  waitingFor { reason message ahead retryAt condition } } } }"""
_AT_ONCE: Final = 100
"""Photos that are asked about at a time: the most ids that the API takes."""


def why(
    photos: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO...", help="Photos, by id, or by name or path of a file that brought them."
        ),
    ],
    dump: OfDump = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say why photos wait for the detector: behind others, for a worker, a disk, their folder, a person."""
    answers = asyncio.run(_ask(partial(ask, Settings.from_env()), photos, dump=dump))
    if as_json:
        typer.echo(json.dumps(answers))
        return
    for image in answers:
        first = image["firstDelivery"]
        typer.echo(f"{first['path'] if first else image['fileName']}: {_words(image)}")


async def _ask(ask: Ask, words: list[str], *, dump: str | None) -> list[dict[str, Any]]:
    try:
        ids = await find_photos(ask, words, dump=dump, command="thumper why")
    except NotFoundError as error:
        hint = "A file that is still arriving, or was rejected, is in its receipt: `thumper receipt`."
        raise NotFoundError(f"{error} {hint}") from error
    answers: list[dict[str, Any]] = []
    for start in range(0, len(ids), _AT_ONCE):
        nodes = (await ask(_WHY, {"ids": ids[start : start + _AT_ONCE]}))["nodes"]
        answers += [node for node in nodes if node]
    return answers


def _until(moment: str | None) -> list[str]:
    """Return until when it waits at least, on this machine's clock."""
    return (
        [] if moment is None else [f"Not before {dt.datetime.fromisoformat(moment).astimezone():%H:%M:%S}."]
    )


def _words(image: dict[str, Any]) -> str:
    waiting, error = image["waitingFor"], image["error"]
    if waiting is not None:
        return " ".join([waiting["message"], *_until(waiting["retryAt"])])
    if error is not None:
        return f"It failed: {error['message']} {error['whatToDo']}"
    return "It waits for nothing: the detector has seen it."
