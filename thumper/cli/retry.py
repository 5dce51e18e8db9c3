"""`thumper retry`: have the rejected files of a dump tried again, asked of the public API."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ask
from thumper.cli.receipt import Which
from thumper.cli.receipt_query import Ask, find_dump
from thumper.cli.which_home import settings_to_ask
from thumper.errors import NotFoundError

_RETRY: Final = """
mutation($id: ID!) { retryDump(input: {dumpId: $id}) {
    dump { id } retriedCount leftCount whyLeft errors { code message } } }
"""
_WATCHER: Final = "{ status { watcher { state } } }"


def retry(
    dump: Which = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
) -> None:
    """Have the rejected files of DUMP tried again; `thumper receipt` shows what became of them."""
    answer = asyncio.run(_retry(partial(ask, settings_to_ask()), dump))
    if as_json:
        typer.echo(json.dumps(answer))
        return
    typer.echo(f"Rejected files: {answer['retried']} to be tried again, {answer['left']} left as they are.")
    if answer["whyLeft"]:
        typer.echo(answer["whyLeft"])
    if answer["retried"] and not answer["watched"]:
        typer.echo("No watcher runs; start one with `thumper up` or `thumper watch`.", err=True)


async def _retry(ask: Ask, word: str | None) -> dict[str, Any]:
    answer = (await ask(_RETRY, {"id": await find_dump(ask, word)}))["retryDump"]
    if answer["errors"]:
        raise NotFoundError(answer["errors"][0]["message"])
    state = (await ask(_WATCHER, {}))["status"]["watcher"]["state"]
    return {
        "dump": answer["dump"]["id"],
        "retried": answer["retriedCount"],
        "left": answer["leftCount"],
        "whyLeft": answer["whyLeft"],
        "watched": state in {"ALIVE", "BUSY"},
    }
