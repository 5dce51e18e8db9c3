"""`thumper clock questions` and `thumper clock right`: what is asked about old cards, and one answer for many."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.clock_view import question_lines
from thumper.cli.consent import refuse_unless_asked
from thumper.cli.receipt_query import CLOCK_QUESTION, Ask, deliveries, find_asked
from thumper.cli.which_home import settings_to_ask
from thumper.errors import UsageError
from thumper.settings import Settings

_ASKED: Final = f"""query ($after: String) {{ dumps(first: 100, after: $after, where: {{clockAsked: true}}) {{
  nodes {{ id folder number source {{ path }} receipt {{ {CLOCK_QUESTION} }} }}
  pageInfo {{ hasNextPage endCursor }} }} }}"""

_CONFIRMED: Final = "query ($id: ID!) { dump(id: $id) { clocksConfirmedAt } }"

_AT_ONCE: Final = 1000
"""Most dumps in one request."""

NOT_DONE: Final = 1
"""Exit code when the person said no."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Dumps = Annotated[list[str] | None, typer.Argument(metavar="DUMP", help="Cards, each by id, folder or path.")]
Every = Annotated[
    bool, typer.Option("--all", help="All cards that are asked about: lists them, and asks once.")
]


def questions(as_json: AsJson = False) -> None:
    """List cards that were old when they came, so that their clocks may be a year or so slow."""
    asked = asyncio.run(_asked(settings_to_ask()))
    if as_json:
        typer.echo(json.dumps(asked))
        return
    for line in question_lines(asked):
        typer.echo(line)


def right(
    dumps: Dumps = None,
    every: Every = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back that they were right.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record that the clocks of old cards were right, as those of an archive are; it changes no time."""
    if bool(dumps) == every:
        raise UsageError("Say which cards: DUMP, or --all for those that are asked about.")
    if every and undo:
        raise UsageError("--undo is for cards that you name.")
    if every and not yes:
        refuse_unless_asked(
            as_json=as_json, instead="`thumper clock questions` shows them; add --yes to answer."
        )
    settings = settings_to_ask()
    ids = _shown(settings, yes=yes, as_json=as_json) if every else _named(settings, dumps or [], undo=undo)
    changed = asyncio.run(_change(settings, ids, undo=undo))
    if as_json:
        typer.echo(json.dumps({"takenBack" if undo else "confirmed": len(changed), "dumps": changed}))
    else:
        typer.echo(_done(changed, len(ids), undo=undo))


def _named(settings: Settings, words: list[str], *, undo: bool) -> list[str]:
    async def find() -> list[str]:
        look_up = _find_confirmed if undo else find_asked
        return [await look_up(partial(ask, settings), word) for word in words]

    return list(dict.fromkeys(asyncio.run(find())))


async def _find_confirmed(ask: Ask, word: str) -> str:
    """Return the id of the dump that a word means: of a folder or path the latest whose clocks were confirmed."""
    ids = await deliveries(ask, word)
    for dump_id in ids:
        dump = (await ask(_CONFIRMED, {"id": dump_id}))["dump"]
        if dump is not None and dump["clocksConfirmedAt"] is not None:
            return dump_id
    return ids[0]


def _shown(settings: Settings, *, yes: bool, as_json: bool) -> list[str]:
    """Return all cards that are asked about, after a person has seen them and agreed."""
    asked = asyncio.run(_asked(settings))
    if not as_json:
        for line in question_lines(asked):
            typer.echo(line)
    if asked and not yes and not typer.confirm(f"Were the clocks of {_cards(len(asked))} right?"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(NOT_DONE)
    return [dump["id"] for dump in asked]


async def _asked(settings: Settings) -> list[dict[str, Any]]:
    """Return all dumps that are asked about, the latest first."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await ask(settings, _ASKED, {"after": after}))["dumps"]
        for dump in page["nodes"]:
            receipt = dump.pop("receipt")
            found.append(dump | receipt)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


async def _change(settings: Settings, ids: list[str], *, undo: bool) -> list[str]:
    """Confirm clocks, or take that back; return the ids of the dumps that changed. Raises `ApiRefusedError`."""
    change = "UnconfirmClocks" if undo else "ConfirmClocks"
    query = f"""mutation ($input: {change}Input!) {{
      answer: {change[0].lower()}{change[1:]}(input: $input) {{ dumpIds errors {{ message }} }} }}"""
    changed: list[str] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        answer = (await ask(settings, query, {"input": {"dumpIds": some}}))["answer"]
        if answer["errors"]:
            raise ApiRefusedError(" ".join(error["message"] for error in answer["errors"]))
        changed += answer["dumpIds"]
    return changed


def _done(changed: list[str], named: int, *, undo: bool) -> str:
    """Return what was done in words, with the command that takes it back, which is to be copied whole."""
    if undo:
        return f"Taken back for {_cards(len(changed))}."
    before = f" {named - len(changed)} had been confirmed before." if named > len(changed) else ""
    back = f" To take it back: thumper clock right --undo {' '.join(changed)}" if changed else ""
    return f"Confirmed for {_cards(len(changed))}.{before}{back}"


def _cards(count: int) -> str:
    return f"{count} card" + ("" if count == 1 else "s")
