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
from thumper.cli.which_home import settings_to_ask
from thumper.errors import NotFoundError

_WHY: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Image {
  id fileName state firstDelivery { path } error { code message whatToDo }
  waitingFor { reason message ahead retryAt condition } } } }"""
_ARRIVING: Final = """{ status { conditions { message process { role } } }
  dumps(first: 20) { nodes { source { path }
    files(where: {settled: false}, first: 100) { nodes { path state } } } } }"""
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
    """Explain why photos wait for the detector: behind others, for a worker, a disk, their folder, a person."""
    answers = asyncio.run(_ask(partial(ask, settings_to_ask()), photos, dump=dump))
    if as_json:
        typer.echo(json.dumps(answers))
        return
    for answer in answers:
        typer.echo(_of_file(answer) if "path" in answer else _of_image(answer))


async def _ask(ask: Ask, words: list[str], *, dump: str | None) -> list[dict[str, Any]]:
    """Return an image for each word, or the files of that name that have not become one yet."""
    ids: list[str] = []
    files: list[dict[str, Any]] = []
    for word in words:
        try:
            ids += await find_photos(ask, [word], dump=dump, command="thumper why")
        except NotFoundError:
            arriving = await _find_arriving(ask, word)
            if not arriving:
                raise
            files += arriving
    answers: list[dict[str, Any]] = []
    for start in range(0, len(ids), _AT_ONCE):
        nodes = (await ask(_WHY, {"ids": ids[start : start + _AT_ONCE]}))["nodes"]
        answers += [node for node in nodes if node]
    return answers + files


async def _find_arriving(ask: Ask, word: str) -> list[dict[str, Any]]:
    """Return the files of the latest dumps that a name or path means and that were not read yet."""
    answer = await ask(_ARRIVING, {})
    watch = [own["message"] for own in answer["status"]["conditions"] if _concerns_files(own)]
    return [
        file | {"waitsFor": watch[0] if watch else None}
        for dump in answer["dumps"]["nodes"]
        for file in dump["files"]["nodes"]
        if _means(word, f"{dump['source']['path']}/{file['path']}")
    ]


def _concerns_files(condition: dict[str, Any]) -> bool:
    """Return whether a condition is one of the watcher or its folder."""
    process = condition["process"]
    return process is None or process["role"] == "WATCH"


def _means(word: str, path: str) -> bool:
    """Return whether a name, or a path as receipts show it or from the root, is that of a file."""
    return path == word or path.lower().endswith(f"/{word.removeprefix('./')}".lower())


def _until(moment: str | None) -> list[str]:
    """Return until when it waits at least, on this machine's clock."""
    return (
        [] if moment is None else [f"Not before {dt.datetime.fromisoformat(moment).astimezone():%H:%M:%S}."]
    )


def _of_file(file: dict[str, Any]) -> str:
    if file["waitsFor"]:
        return f"{file['path']}: {file['waitsFor']}"
    arriving = (
        "It is still arriving: it grows, is incomplete, or cannot be opened yet, and is given a minute."
    )
    return f"{file['path']}: {'It is whole and about to be read.' if file['state'] == 'STABLE' else arriving}"


def _of_image(image: dict[str, Any]) -> str:
    first = image["firstDelivery"]
    return f"{first['path'] if first else image['fileName']}: {_words(image)}"


def _words(image: dict[str, Any]) -> str:
    waiting, error = image["waitingFor"], image["error"]
    if waiting is not None:
        return " ".join([waiting["message"], *_until(waiting["retryAt"])])
    if error is not None:
        return f"It failed: {error['message']} {error['whatToDo']}"
    return "It waits for nothing: the detector has seen it."
