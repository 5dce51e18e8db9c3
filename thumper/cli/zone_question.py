"""In which time zone cameras' clocks run, asked before the first card when this machine's clock says nothing of them.

A server's clock is in UTC, and no camera's is: every photo would be hours off. Without a person at a terminal it is
warned about, and everything goes on: the time zone of a location mends its photos later.
"""

from __future__ import annotations

import sys
from typing import Final

import typer

from thumper.domain.time_zone import zone_called, zones_like
from thumper.errors import SettingError, UsageError
from thumper.setting_files import remember
from thumper.settings import Settings

_SHOWN: Final = 5
"""How many zones are named when several may be meant."""


def can_be_asked() -> bool:
    """Return whether a person sits at the terminal of this command."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def with_time_zone(settings: Settings, *, ask: bool) -> Settings:
    """Return the settings with a zone that a person chose; the answer is kept in the home. Else warn, and go on."""
    if not settings.lacks_zone:
        return settings
    if not ask:
        typer.echo(
            f"WARNING: cameras' clocks are read in {settings.time_zone}, the zone of this machine's clock, because no "
            "time zone is set: capture times may be hours off. Set it before the first card: "
            f"`thumper init --yes --time-zone America/Chicago`, or time_zone in {settings.home}/thumper.toml.",
            err=True,
        )
        return settings
    typer.echo(f"This machine's clock is in {settings.time_zone}, and no camera's is.")
    zone = ask_time_zone(settings.time_zone)
    try:
        kept = remember(settings.home, {"time_zone": zone})
    except SettingError as error:  # what was answered counts at least now
        typer.echo(f"{error}", err=True)
    else:
        typer.echo(f"Kept in {kept}.")
    return settings.model_copy(update={"time_zone": zone})


def ask_time_zone(usual: str) -> str:
    """Ask until the answer is a zone; an empty answer means `usual`."""
    typer.echo("In which time zone do the clocks of your cameras run?")
    while True:
        answer = typer.prompt("Time zone, such as America/Chicago", default=usual)
        try:
            return named_zone(answer)
        except UsageError as error:
            typer.echo(str(error))


def named_zone(text: str) -> str:
    """Return the IANA zone that a text means. Raises `UsageError` with those that it may mean."""
    zone = zone_called(text)
    if zone is not None:
        return zone
    like = ", ".join(zones_like(text)[:_SHOWN])
    known = f"; did you mean one of {like}?" if like else "; write one such as America/Chicago"
    raise UsageError(f"{text!r} is no IANA time zone{known}")
