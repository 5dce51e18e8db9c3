"""`thumper audit`: who did what, asked of the public API."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ask
from thumper.cli.which_home import settings_to_ask
from thumper.errors import UsageError
from thumper.settings import Settings

_ENTRIES: Final = """query ($where: AuditEntryFilter, $first: Int!, $after: String) {
  auditEntries(where: $where, first: $first, after: $after) {
    nodes { createdAt actor { name } address action outcome recordIds recordCount }
    pageInfo { hasNextPage endCursor } } }"""
_PAGE: Final = 100
"""Entries asked for at a time: the most that the API gives."""


def audit(
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help="Only since this time of this machine, such as 2026-11-30 or '2026-11-30 18:00'."
        ),
    ] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only of this person, by name.")] = None,
    last: Annotated[int, typer.Option("--last", min=1, help="How many entries at most, the latest.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Show who did what, the latest last: changes, sign-ins, and who may sign in."""
    where = {"createdAfter": None if since is None else read_instant(since, "--since"), "actorName": actor}
    entries = asyncio.run(_read(settings_to_ask(), where, last))
    if as_json:
        typer.echo(json.dumps(entries))
        return
    for entry in entries:
        typer.echo(line(entry))
    if not entries:
        typer.echo("Nothing was done.")


def read_instant(since: str, option: str) -> str:
    """Return the instant of a time as this machine's clock shows it. Raises `UsageError` that names the option."""
    try:
        return dt.datetime.fromisoformat(since).astimezone().isoformat()
    except ValueError as error:
        raise UsageError(
            f"{option}: {since!r} is no time. Write one such as 2026-11-30 or '2026-11-30 18:00'."
        ) from error


async def _read(settings: Settings, where: dict[str, Any], last: int) -> list[dict[str, Any]]:
    """Return the last entries, oldest first."""
    entries: list[dict[str, Any]] = []
    after = None
    while len(entries) < last:
        variables = {"where": where, "first": min(_PAGE, last - len(entries)), "after": after}
        page = (await ask(settings, _ENTRIES, variables))["auditEntries"]
        entries += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    return entries[::-1]


def line(entry: dict[str, Any]) -> str:
    """Return an entry as a line."""
    moment = dt.datetime.fromisoformat(entry["createdAt"]).astimezone()
    who = entry["actor"]["name"] if entry["actor"] else "nobody"
    where = entry["address"] or "this machine"
    records = f", {entry['recordCount']} records" if entry["recordCount"] > 1 else ""
    outcome = "" if entry["outcome"] == "OK" else f": {entry['outcome']}"
    return f"{moment:%Y-%m-%d %H:%M:%S}  {who} ({where})  {entry['action']}{records}{outcome}"
