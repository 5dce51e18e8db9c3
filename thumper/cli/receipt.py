"""`thumper receipt`: what became of the files of a dump, and whether its card may be wiped, asked of the public API."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ask
from thumper.cli.receipt_query import Ask, find_dump, read_receipt, read_verdict
from thumper.cli.receipt_view import SHOWN, bar, show
from thumper.cli.which_home import settings_to_ask

EX_NOT_SAFE: Final = 3
"""Finished, but the card is not safe to wipe."""

Which = Annotated[
    str | None,
    typer.Argument(metavar="DUMP", help="An id, a folder's name, or a path; the latest dump when left out."),
]


def receipt(
    dump: Which = None,
    every: Annotated[bool, typer.Option("--all", help="Show every file, the stored ones too.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole receipt as one JSON object.")
    ] = False,
) -> None:
    """Show the receipt of DUMP, re-read its originals from disk, and say whether its card is safe to wipe.

    The exit code is 0 when it is safe and 3 when it is not.
    """
    settings = settings_to_ask()
    everything = every or as_json
    answer = asyncio.run(_read(partial(ask, settings), dump, most=None if everything else SHOWN))
    finish(answer, as_json=as_json, everything=everything)


async def _read(ask: Ask, word: str | None, *, most: int | None) -> dict[str, Any]:
    return await whole_receipt(ask, await find_dump(ask, word), most=most)


async def whole_receipt(ask: Ask, dump_id: str, *, most: int | None) -> dict[str, Any]:
    """Return the receipt with its verdict, as `--json` prints it, showing how far the check is meanwhile."""
    found = await read_receipt(ask, dump_id, most=most)
    # The verdict comes last: what arrives meanwhile must not be missing from the answer that matters.
    with bar() as progress:
        task = progress.add_task("re-read", total=None)
        wipe = await read_verdict(
            ask, dump_id, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
    return found | {"safeToWipe": wipe["safe"], "wipe": wipe}


def finish(answer: dict[str, Any], *, as_json: bool, everything: bool, otherwise: int = 0) -> None:
    """Print a receipt and end with the exit code that says whether the card is safe to wipe.

    `otherwise` is the exit code of a command that met something else than an unsafe card; 0 for all is well.
    """
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show(answer, everything=everything)
    raise typer.Exit(otherwise or (0 if answer["safeToWipe"] else EX_NOT_SAFE))
