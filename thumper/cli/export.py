"""`thumper export`: what is known of the photos, as files for other programs. It asks what the page asks.

A file is there whole or not at all: it gets its name when its last row has come.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any, Final

import typer

from thumper.cli.audit import read_instant
from thumper.cli.client import ask, download
from thumper.cli.path_argument import named_path
from thumper.cli.which_home import settings_to_ask
from thumper.errors import NotFoundError, ThumperError, UsageError
from thumper.settings import Settings

export = typer.Typer(name="export", help="Write what is known for other programs.", no_args_is_help=True)

_NAMED: Final = "query ($name: String!) { location(name: $name) { id } }"


class SheetName(StrEnum):
    """The sheets that there are."""

    DETECTIONS = "detections"
    IMAGES = "images"
    SIGHTINGS = "sightings"


Name = Annotated[
    SheetName, typer.Argument(metavar="SHEET", help="detections, images, or sightings of known deer.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", parser=named_path, metavar="FILE", help="The file to write; else standard output."
    ),
]
Stand = Annotated[
    str | None, typer.Option("--stand", metavar="NAME", help="Only what was taken at this stand.")
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Only what was taken since, by this machine's clock."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Only what was taken before, by this machine's clock."),
]
Where = Annotated[
    str, typer.Option("--where", metavar="JSON", help="Only what this filter of the API's list finds.")
]
Excel = Annotated[
    bool, typer.Option("--excel", help="Begin with the mark by which Excel knows that it is UTF-8.")
]


@export.command(name="csv")
def write_csv(
    sheet: Name,
    output: Output = None,
    stand: Stand = None,
    since: Since = None,
    until: Until = None,
    where: Where = "{}",
    excel: Excel = False,
) -> None:
    """Write a spreadsheet: a row a box, a photo or a sighting, the earliest first."""
    settings, chosen = settings_to_ask(), _filter(where)
    for name, time, option in (("takenAfter", since, "--since"), ("takenBefore", until, "--until")):
        if time is not None:
            chosen[name] = read_instant(time, option)
    try:
        rows = asyncio.run(_write(settings, sheet, output, chosen, stand=stand, excel=excel))
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # Python would fail once more at its end
        return
    if output is not None:
        typer.echo(f"{rows:,} rows are in {output}.")


def _filter(where: str) -> dict[str, Any]:
    """Return the filter that was given as JSON. Raises `UsageError`."""
    try:
        found = json.loads(where)
    except ValueError as error:
        raise UsageError(f"--where is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise UsageError('--where must be an object of JSON, such as {"sex": "MALE"}.')
    return found


async def _write(
    settings: Settings,
    sheet: SheetName,
    output: Path | None,
    chosen: dict[str, Any],
    *,
    stand: str | None,
    excel: bool,
) -> int:
    """Write the sheet; return how many rows it has."""
    if stand is not None:
        chosen["locationId"] = await _location_id(settings, stand)
    query = {"where": json.dumps(chosen), "bom": "true" if excel else "false"}
    async with download(settings, f"/export/{sheet}.csv", query) as (rows, parts):
        with _writing(output) as file:
            await _copy(parts, file)
    return rows


async def _location_id(settings: Settings, stand: str) -> str:
    found = (await ask(settings, _NAMED, {"name": stand}))["location"]
    if found is None:
        raise NotFoundError(f"There is no stand called {stand}.")
    location_id: str = found["id"]
    return location_id


async def _copy(parts: AsyncIterator[bytes], file: IO[bytes]) -> None:
    async for part in parts:
        file.write(part)


@contextlib.contextmanager
def _writing(output: Path | None) -> Iterator[IO[bytes]]:
    """Open what is written to; a file takes the place of an older one when it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if output.is_dir():
        raise UsageError(f"{output} is a folder. Name the file to write.")
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    except OSError as error:
        raise ThumperError(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
